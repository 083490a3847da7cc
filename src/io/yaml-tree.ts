import type { AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import type { YamlList, YamlMapping, YamlNode, YamlScalar, YamlText } from "../domain/taxonomy/yaml-node.js";
import { entryKey } from "../domain/taxonomy/yaml-node.js";
import { readBoolean, readFloat, readInteger, readPlain } from "../domain/taxonomy/yaml-scalar.js";

/** Why a text is no YAML document that PyYAML's `safe_load` would read. */
export class YamlFault extends Error {
  override readonly name = "YamlFault";
  /** from 1 */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export interface YamlTree {
  /** undefined for a document without content */
  readonly root: YamlNode | undefined;
  /** line (from 1) of a position in the tree */
  readonly lineOf: (at: number) => number;
}

type LineOf = YamlTree["lineOf"];

const maxMergedKeys = 10_000;

/**
 * Parses one YAML 1.1 document into a tree that knows where each value stands. Aliases share their node, so that a bomb of them stays
 * small; of a key that stands twice the last value counts, as in PyYAML.
 *
 * @param source with line feeds as line ends
 * @throws YamlFault where the text is no YAML
 */
export function parseYamlTree(source: string): YamlTree {
  const { text, events } = parsedEvents(source);
  const lineOf = lineFinder(text);
  const [, second] = events.flatMap((event, position) => (event.type === EVENT_ID.DOCUMENT ? [position] : []));
  if (second !== undefined)
    throw new YamlFault("it holds more than one document (---)", lineOf(placeOf(events.slice(second))));
  return { root: new TreeBuilder(text, events, lineOf).document(), lineOf };
}

const maxParsedCharacters = 8 * 1024 * 1024;
const deepIndent = " ".repeat(250);

/**
 * PyYAML lets a line inside quotes or brackets begin further left than YAML allows, which people do write. Space there has no meaning, so
 * such a line is indented and the text parsed again.
 */
function parsedEvents(source: string): { readonly text: string; readonly events: Event[] } {
  let text = source;
  for (let parsed = 0; ;) {
    try {
      return { text, events: parseEvents(text, { maxDepth: 100 }) };
    } catch (error) {
      // a text that breaks the parser is no YAML either; the fuzz test looks for such texts
      if (!(error instanceof YAMLException)) throw new YamlFault("the parser gave up", 1);
      const at = error.mark?.position ?? 0;
      const start = text.lastIndexOf("\n", at - 1) + 1;
      parsed += at;
      const isMendable = error.reason === "deficient indentation" && start > 0 && !text.startsWith(deepIndent, start);
      if (!isMendable || parsed > maxParsedCharacters) throw new YamlFault(error.reason, lineFinder(text)(at));
      text = `${text.slice(0, start)}${deepIndent}${text.slice(start)}`;
    }
  }
}

function placeOf(events: readonly Event[]): number {
  for (const event of events) {
    if ("start" in event) return event.start;
    if ("valueStart" in event && event.valueStart !== -1) return event.valueStart;
  }
  return 0;
}

/** Finds lines by halving; the table of line starts is made only where somebody asks. */
function lineFinder(text: string): LineOf {
  let starts: number[] | undefined;
  return (at) => {
    starts ??= lineStarts(text);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? Infinity) <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
}

type Collection = SequenceEvent | MappingEvent;

/** Builds values from the parser's events, which come in the order of the text. */
class TreeBuilder {
  readonly #anchors = new Map<string, YamlNode>();
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #lineOf: LineOf;
  #next = 0;
  #merged = 0;
  /** where the last value that has a place stands; an empty value has none of its own */
  #at = 0;

  constructor(source: string, events: readonly Event[], lineOf: LineOf) {
    this.#source = source;
    this.#events = events;
    this.#lineOf = lineOf;
  }

  document(): YamlNode | undefined {
    while (this.#events[this.#next]?.type === EVENT_ID.DOCUMENT) this.#next++;
    const event = this.#events[this.#next];
    return event === undefined || event.type === EVENT_ID.POP ? undefined : this.#node();
  }

  #node(): YamlNode {
    const event = this.#events[this.#next++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event));
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      case EVENT_ID.SEQUENCE:
        return this.#list(event);
      case EVENT_ID.MAPPING:
        return this.#mapping(event);
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
      case undefined:
    }
    throw this.#fault("a value is missing", this.#at);
  }

  #alias(event: AliasEvent): YamlNode {
    this.#at = event.anchorStart;
    const node = this.#anchors.get(this.#source.slice(event.anchorStart, event.anchorEnd));
    if (node === undefined) throw this.#fault("an alias (*) names no anchor (&) above it", event.anchorStart);
    return node;
  }

  #anchored<Node extends YamlNode>(event: ScalarEvent | Collection, node: Node): Node {
    if (event.anchorStart !== -1) this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  #tag(event: ScalarEvent | Collection): string | undefined {
    if (event.tagStart === -1) return undefined;
    const tag = this.#source.slice(event.tagStart, event.tagEnd);
    const name = /^!!(.*)$|^!<tag:yaml\.org,2002:(.*)>$/.exec(tag);
    return name?.[1] ?? name?.[2] ?? tag;
  }

  #scalar(event: ScalarEvent): YamlText | YamlScalar {
    if (event.valueStart !== -1) this.#at = event.valueStart;
    const at = this.#at;
    const text = getScalarValue(this.#source, event);
    const tag = this.#tag(event);
    if (tag !== undefined) return { at, ...this.#tagged(tag, text) };
    const plain = event.style === SCALAR_STYLE.PLAIN ? readPlain(text) : undefined;
    return plain === undefined ? { kind: "text", at, text } : { at, ...plain };
  }

  #list(event: SequenceEvent): YamlList {
    this.#at = event.start;
    this.#requireTag(event, ["seq", "omap", "pairs"]);
    const list = this.#anchored(event, { kind: "list", at: event.start, items: [] as YamlNode[] });
    while (this.#isOpen()) list.items.push(this.#node());
    this.#next++;
    return list;
  }

  #mapping(event: MappingEvent): YamlMapping {
    this.#at = event.start;
    this.#requireTag(event, ["map", "set"]);
    const mapping: YamlMapping = this.#anchored(event, { kind: "mapping", at: event.start, entries: new Map() });
    const merges: YamlNode[] = [];
    while (this.#isOpen()) {
      const keyEvent = this.#events[this.#next];
      const key = this.#node();
      const value = this.#node();
      if (key.kind === "list" || key.kind === "mapping") throw this.#fault("a key is a list or a mapping", key.at);
      const isMerge =
        key.kind === "text" &&
        key.text === "<<" &&
        keyEvent?.type === EVENT_ID.SCALAR &&
        keyEvent.style === SCALAR_STYLE.PLAIN;
      if (isMerge) merges.push(value);
      else mapping.entries.set(entryKey(key), { key, value });
    }
    this.#next++;
    for (const merge of merges) this.#merge(mapping, merge);
    return mapping;
  }

  /** `<<` takes over what the mapping does not say itself; of several mappings the first wins. */
  #merge(mapping: YamlMapping, merge: YamlNode): void {
    const sources = merge.kind === "list" ? merge.items : [merge];
    for (const source of sources) {
      if (source.kind !== "mapping") throw this.#fault("a merge (<<) takes mappings only", merge.at);
      this.#merged += source.entries.size + 1;
      if (this.#merged > maxMergedKeys) throw this.#fault("it merges (<<) too much", merge.at);
      for (const [name, entry] of source.entries) if (!mapping.entries.has(name)) mapping.entries.set(name, entry);
    }
  }

  #isOpen(): boolean {
    const event = this.#events[this.#next];
    if (event === undefined) throw this.#fault("it ends early", this.#at);
    return event.type !== EVENT_ID.POP;
  }

  #requireTag(event: Collection, known: readonly string[]): void {
    const tag = this.#tag(event);
    if (tag !== undefined && tag !== "!" && !known.includes(tag))
      throw this.#fault(`the tag ${tag} is not known`, event.tagStart);
  }

  /** A scalar with an explicit tag, such as `!!str 8`. */
  #tagged(
    tag: string,
    text: string,
  ): { readonly kind: "text"; readonly text: string } | Pick<YamlScalar, "kind" | "python"> {
    if (tag === "str" || tag === "!") return { kind: "text", text };
    if (tag === "null") return { kind: "null", python: "None" };
    if (tag === "binary") return { kind: "bytes", python: text };
    if (tag === "timestamp") return { kind: "date", python: text };
    const value = readers.get(tag)?.(text);
    if (value === undefined) throw this.#fault(`the tag ${tag} is not known, or does not fit its value`, this.#at);
    return value;
  }

  #fault(message: string, at: number): YamlFault {
    return new YamlFault(message, this.#lineOf(at));
  }
}

const readers: ReadonlyMap<string, typeof readPlain> = new Map([
  ["bool", readBoolean],
  ["int", readInteger],
  // `!!float 4` is 4.0
  ["float", (text) => readFloat(text) ?? readFloat(`${text}.`)],
]);
