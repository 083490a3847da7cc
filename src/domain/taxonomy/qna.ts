import { z } from "zod";
import type { Finding } from "./finding.js";
import type { QnaKind } from "./taxonomy-file.js";
import type { YamlList, YamlMapping, YamlNode } from "./yaml-node.js";
import { kindName, NoPythonText, pythonText, valueOf } from "./yaml-node.js";

/** A `qna.yaml` that was parsed, or why it could not be. */
export interface QnaDocument {
  /** relative to the taxonomy, with `/` */
  readonly path: string;
  readonly kind: QnaKind;
  /** undefined for an empty document */
  readonly root: YamlNode | undefined;
  /** why the file cannot be read at all */
  readonly fault: Pick<Finding, "line" | "rule" | "what" | "mend"> | undefined;
  /** line (from 1) of a position in the source */
  readonly lineOf: (at: number) => number;
}

/** The JSON form of an example. */
export const qnaExampleSchema = z.strictObject({
  file: z.string(),
  position: z
    .number()
    .int()
    .positive()
    .describe("place in the file, from 1; questions of one knowledge example count on their own"),
  line: z.number().int().positive().describe("where it begins, from 1"),
  question: z.string(),
  answer: z.string(),
  context: z.string().optional(),
});

/** One question with the answer that its author expects. */
export type QnaExample = z.infer<typeof qnaExampleSchema>;

/** What could be read of a `qna.yaml`, and what is wrong with it. */
export interface QnaFile {
  readonly path: string;
  readonly kind: QnaKind;
  readonly examples: readonly QnaExample[];
  readonly findings: readonly Finding[];
}

/**
 * Takes the examples out of a `qna.yaml` as instructlab/eval does. Where upstream would skip an example it is skipped, where upstream would
 * break off its run the file or the example is skipped, and both are findings. Never throws.
 */
export function readQna(document: QnaDocument): QnaFile {
  const reader = new QnaReader(document);
  reader.read();
  return { path: document.path, kind: document.kind, examples: reader.examples, findings: reader.findings };
}

type Problem = Pick<Finding, "rule" | "what" | "mend" | "severity" | "skipped"> & { readonly at: number };

class QnaReader {
  readonly examples: QnaExample[] = [];
  readonly findings: Finding[] = [];
  readonly #document: QnaDocument;

  constructor(document: QnaDocument) {
    this.#document = document;
  }

  read(): void {
    const { root, fault, path } = this.#document;
    if (fault !== undefined) this.findings.push({ file: path, severity: "error", skipped: "file", ...fault });
    else if (root?.kind === "mapping") this.#readSeedExamples(root);
    else this.#skipFile(notMapping(root), root?.at ?? 0);
  }

  #readSeedExamples(root: YamlMapping): void {
    const seeds = valueOf(root, "seed_examples");
    if (seeds === undefined || seeds.kind === "null")
      this.#skipFile(
        { rule: "no-examples", what: "it has no seed_examples", mend: "add seed_examples: with a list of examples" },
        seeds?.at ?? root.at,
      );
    else if (seeds.kind === "list")
      for (const [index, node] of seeds.items.entries()) this.#readSeed(node, index + 1, seeds);
    else
      this.#skipFile(
        {
          rule: "examples-no-list",
          what: `seed_examples is ${kindName(seeds)}, not a list`,
          mend: "begin each example with '- question:'",
        },
        seeds.at,
      );
  }

  #readSeed(node: YamlNode, position: number, list: YamlList): void {
    const name = `example ${position}`;
    if (node.kind !== "mapping") {
      const at = node.kind === "null" && node.at === 0 ? list.at : node.at;
      this.#skipExample(
        {
          rule: "example-no-mapping",
          what: `${name} is ${kindName(node)}, not a mapping`,
          mend: "begin it with '- question:'",
        },
        at,
      );
      return;
    }
    const pairs = this.#document.kind === "knowledge" ? valueOf(node, "questions_and_answers") : undefined;
    if (pairs?.kind !== "list") {
      this.#readExample(node, node, name);
      return;
    }
    for (const [index, pair] of pairs.items.entries()) {
      if (pair.kind === "mapping") this.#readExample(pair, node, `${name}, question ${index + 1}`);
      else
        this.#skipExample(
          {
            rule: "example-no-mapping",
            what: `${name}, question ${index + 1} is ${kindName(pair)}, not a mapping`,
            mend: "begin it with '- question:'",
          },
          pair.at,
        );
    }
  }

  #readExample(pair: YamlMapping, contextOwner: YamlMapping, name: string): void {
    const question = this.#requiredText(pair, "question", name);
    const answer = question === undefined ? undefined : this.#answer(pair, name);
    if (question === undefined || answer === undefined) return;
    const context = valueOf(contextOwner, "context");
    if (context !== undefined && context.kind !== "null" && context.kind !== "text") {
      this.#skipExample(notText(name, "context", context), context.at);
      return;
    }
    const text = context?.kind === "text" ? context.text : undefined;
    if ([question, answer, text ?? ""].some((part) => /[\uD800-\uDFFF]/.test(part) && /\p{Cs}/u.test(part))) {
      this.#skipExample(
        {
          rule: "broken-text",
          what: `${name} holds half of a surrogate pair (\\ud800 to \\udfff)`,
          mend: "write the character itself instead of its escape",
        },
        pair.at,
      );
      return;
    }
    this.examples.push({
      file: this.#document.path,
      position: this.examples.length + 1,
      line: this.#document.lineOf(pair.at),
      question,
      answer,
      context: text,
    });
  }

  #requiredText(pair: YamlMapping, key: "question", name: string): string | undefined {
    const node = valueOf(pair, key);
    if (node === undefined || node.kind === "null") this.#skipExample(missing(name, key), node?.at ?? pair.at);
    else if (node.kind === "text") return node.text;
    else this.#skipExample(notText(name, key, node), node.at);
    return undefined;
  }

  /** An answer that is no text is kept as upstream keeps it: the judge gets what Python's `str()` makes of it. */
  #answer(pair: YamlMapping, name: string): string | undefined {
    const node = valueOf(pair, "answer");
    if (node === undefined || node.kind === "null") {
      this.#skipExample(missing(name, "answer"), node?.at ?? pair.at);
      return undefined;
    }
    if (node.kind === "text") return node.text;
    try {
      const text = pythonText(node);
      this.#add({
        ...notText(name, "answer", node),
        what: `the answer of ${name} is ${kindName(node)} to YAML 1.1, and is taken as ${JSON.stringify(brief(text))}`,
        severity: "warning",
        skipped: null,
        at: node.at,
      });
      return text;
    } catch (error) {
      if (!(error instanceof NoPythonText)) throw error;
      this.#skipExample(notText(name, "answer", node), node.at);
      return undefined;
    }
  }

  #skipFile(problem: Pick<Problem, "rule" | "what" | "mend">, at: number): void {
    this.#add({ ...problem, severity: "error", skipped: "file", at });
  }

  #skipExample(problem: Pick<Problem, "rule" | "what" | "mend">, at: number): void {
    this.#add({ ...problem, severity: "error", skipped: "example", at });
  }

  #add({ at, ...problem }: Problem): void {
    this.findings.push({ file: this.#document.path, line: this.#document.lineOf(at), ...problem });
  }
}

function notMapping(root: YamlNode | undefined): Pick<Problem, "rule" | "what" | "mend"> {
  const what = root === undefined || root.kind === "null" ? "it is empty" : `it is ${kindName(root)}, not a mapping`;
  return {
    rule: "no-mapping",
    what,
    mend: "write version, created_by, task_description and seed_examples, each as 'key: value'",
  };
}

function missing(name: string, key: string): Pick<Problem, "rule" | "what" | "mend"> {
  return { rule: `no-${key}`, what: `${name} has no ${key}`, mend: `add ${key}: with the text after it` };
}

function notText(name: string, key: string, node: YamlNode): Pick<Problem, "rule" | "what" | "mend"> {
  const mend =
    node.kind === "list" || node.kind === "mapping" ? "write it as a block of text (|)" : "put it into quotes";
  return { rule: `${key}-no-text`, what: `the ${key} of ${name} is ${kindName(node)} to YAML 1.1, not text`, mend };
}

function brief(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** The schema version that a file states; 1 where it states none, undefined where it is no number. */
export function qnaVersion(root: YamlMapping): number | undefined {
  const version = valueOf(root, "version");
  if (version === undefined) return 1;
  return version.kind === "number" ? Number(version.python) : undefined;
}
