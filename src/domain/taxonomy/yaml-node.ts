/*
 * A YAML document as PyYAML's `safe_load` reads it, with the place of each value. The types are PyYAML's: `yes` is a bool, `1:30` a
 * sexagesimal number and `2024-01-01` a date, none of them text.
 */

/** Text, quoted or plain. */
export interface YamlText {
  readonly kind: "text";
  /** position in the source, in UTF-16 units */
  readonly at: number;
  readonly text: string;
}

/** A plain value that is no text. */
export interface YamlScalar {
  readonly kind: "null" | "bool" | "number" | "date" | "bytes";
  readonly at: number;
  /** as Python's `str()` writes the value */
  readonly python: string;
}

export interface YamlList {
  readonly kind: "list";
  readonly at: number;
  readonly items: YamlNode[];
}

export interface YamlMapping {
  readonly kind: "mapping";
  readonly at: number;
  /** by type and text of the key (see `textKey`), in the order of a Python dict */
  readonly entries: Map<string, { readonly key: YamlText | YamlScalar; readonly value: YamlNode }>;
}

export type YamlNode = YamlText | YamlScalar | YamlList | YamlMapping;

/** Under what a mapping keeps a key: `8` and `"8"` are two keys. */
export function entryKey(key: YamlText | YamlScalar): string {
  return key.kind === "text" ? textKey(key.text) : `${key.kind}:${key.python}`;
}

function textKey(text: string): string {
  return `text:${text}`;
}

/** The value under a text key; undefined where there is none. */
export function valueOf(mapping: YamlMapping, key: string): YamlNode | undefined {
  return mapping.entries.get(textKey(key))?.value;
}

/** What a value is called in a message. */
export function kindName(node: YamlNode): string {
  return {
    text: "text",
    null: "empty",
    bool: "a yes/no value",
    number: "a number",
    date: "a date",
    bytes: "binary data",
    list: "a list",
    mapping: "a mapping",
  }[node.kind];
}

/** A value that has no text form within bounds, or that upstream could not write either. */
export class NoPythonText extends Error {
  override readonly name = "NoPythonText";
}

const maxTextLength = 1_000_000;

/**
 * The value as Python's `str()` writes it, which is what upstream puts into the judge's prompt for an answer that is no text.
 *
 * @throws NoPythonText for dates and binary data, which upstream cannot write as JSON, and for what grows without bound through aliases
 */
export function pythonText(node: YamlNode): string {
  if (node.kind === "text") return node.text;
  const budget = { left: maxTextLength };
  return representation(node, budget, new Set());
}

function representation(node: YamlNode, budget: { left: number }, open: Set<YamlNode>): string {
  if (open.has(node)) throw new NoPythonText("it holds itself");
  open.add(node);
  const text = written(node, (part) => representation(part, budget, open));
  open.delete(node);
  budget.left -= text.length;
  if (budget.left < 0) throw new NoPythonText("it is too large");
  return text;
}

function written(node: YamlNode, write: (part: YamlNode) => string): string {
  switch (node.kind) {
    case "text":
      return pythonString(node.text);
    case "list":
      return `[${node.items.map(write).join(", ")}]`;
    case "mapping": {
      const entries = [...node.entries.values()];
      return `{${entries.map(({ key, value }) => `${write(key)}: ${write(value)}`).join(", ")}}`;
    }
    case "null":
    case "bool":
    case "number":
      return node.python;
    case "date":
    case "bytes":
  }
  throw new NoPythonText(`it holds ${kindName(node)}`);
}

/** Python's `repr()` of a string. */
function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(/[\\'"]|[\p{C}\p{Z}]/gu, (character) => {
    if (character === " ") return character;
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    return namedEscapes.get(character) ?? numericEscape(character.codePointAt(0) ?? 0);
  });
  return `${quote}${escaped}${quote}`;
}

const namedEscapes: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function numericEscape(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
