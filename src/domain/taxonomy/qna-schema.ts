import type { Finding } from "./finding.js";
import type { QnaDocument } from "./qna.js";
import { qnaVersion } from "./qna.js";
import type { YamlList, YamlMapping } from "./yaml-node.js";
import { kindName, valueOf } from "./yaml-node.js";

interface Requirement {
  readonly required: readonly string[];
  readonly known: ReadonlySet<string>;
  /** at least so many examples */
  readonly examples: number;
}

const skill: Requirement = {
  required: ["created_by", "task_description"],
  known: new Set(["version", "created_by", "task_description", "seed_examples"]),
  examples: 5,
};

const knowledge: Requirement = {
  required: ["created_by", "domain", "document_outline", "document"],
  known: new Set([
    "version",
    "created_by",
    "domain",
    "document_outline",
    "document",
    "seed_examples",
    "task_description",
  ]),
  examples: 5,
};

const skillExampleKeys: ReadonlySet<string> = new Set(["question", "answer", "context"]);
const knowledgeExampleKeys: ReadonlySet<string> = new Set(["context", "questions_and_answers"]);

/**
 * What the taxonomy's schema (versions 1 to 3) asks of a file beyond what can be read of it. Version 1 asks for little, so there the same
 * things are warnings.
 */
export function schemaFindings(document: QnaDocument): Finding[] {
  if (document.root?.kind !== "mapping") return [];
  const check = new SchemaCheck(document, document.root);
  check.run();
  return check.findings;
}

type Problem = Pick<Finding, "rule" | "what" | "mend"> & { readonly severity?: Finding["severity"] };

class SchemaCheck {
  readonly findings: Finding[] = [];
  readonly #document: QnaDocument;
  readonly #root: YamlMapping;
  readonly #version: number | undefined;

  constructor(document: QnaDocument, root: YamlMapping) {
    this.#document = document;
    this.#root = root;
    this.#version = qnaVersion(root);
  }

  run(): void {
    const isKnowledge = this.#document.kind === "knowledge";
    this.#checkVersion(isKnowledge);
    const requirement =
      isKnowledge && this.#version === 3 ? knowledge : isKnowledge ? { ...skill, known: undefined } : skill;
    for (const key of requirement.required) this.#checkRequired(key);
    if (requirement.known !== undefined) this.#checkKeys(this.#root, requirement.known, "the file");
    const seeds = valueOf(this.#root, "seed_examples");
    if (seeds?.kind === "list") this.#checkSeeds(seeds, requirement.examples, isKnowledge && this.#version === 3);
  }

  #checkVersion(isKnowledge: boolean): void {
    const at = valueOf(this.#root, "version")?.at ?? this.#root.at;
    if (this.#version === undefined || ![1, 2, 3].includes(this.#version))
      this.#add(
        { rule: "version", what: "version is none of 1, 2 and 3", mend: "write version: 3", severity: "error" },
        at,
      );
    else if (isKnowledge && this.#version < 3)
      this.#add(
        {
          rule: "deprecated-version",
          what: `knowledge of version ${this.#version} is no longer taken`,
          mend: "use version 3 of the schema",
          severity: "warning",
        },
        at,
      );
  }

  #checkRequired(key: string): void {
    const node = valueOf(this.#root, key);
    if (node === undefined || node.kind === "null")
      this.#add(
        { rule: `no-${key.replaceAll("_", "-")}`, what: `it has no ${key}`, mend: `add ${key}:` },
        node?.at ?? this.#root.at,
      );
    else if (key === "document" ? node.kind !== "mapping" : node.kind !== "text")
      this.#add(
        {
          rule: `${key.replaceAll("_", "-")}-type`,
          what: `${key} is ${kindName(node)}`,
          mend: key === "document" ? "give repo, commit and patterns below it" : "put it into quotes",
        },
        node.at,
      );
    else if (node.kind === "text" && node.text.trim() === "")
      this.#add(
        { rule: `no-${key.replaceAll("_", "-")}`, what: `${key} is empty`, mend: "say it in a sentence" },
        node.at,
      );
  }

  #checkKeys(mapping: YamlMapping, known: ReadonlySet<string>, where: string): void {
    for (const { key } of mapping.entries.values()) {
      const name = key.kind === "text" ? key.text : key.python;
      if (!known.has(name))
        this.#add(
          {
            rule: "unknown-key",
            what: `${where} has the unknown key ${JSON.stringify(name.slice(0, 60))}`,
            mend: `take it out; known are ${[...known].join(", ")}`,
          },
          key.at,
        );
    }
  }

  #checkSeeds(seeds: YamlList, least: number, isKnowledge: boolean): void {
    const count = seeds.items.length;
    if (count < least)
      this.#add(
        {
          rule: "few-examples",
          what: `it has ${count} of at least ${least} examples`,
          mend: "add examples that differ from each other",
        },
        seeds.at,
      );
    for (const [index, node] of seeds.items.entries()) {
      if (node.kind !== "mapping") continue;
      const name = `example ${index + 1}`;
      this.#checkKeys(node, isKnowledge ? knowledgeExampleKeys : skillExampleKeys, name);
      if (isKnowledge) this.#checkPairs(node, name);
    }
  }

  #checkPairs(node: YamlMapping, name: string): void {
    const pairs = valueOf(node, "questions_and_answers");
    const count = pairs?.kind === "list" ? pairs.items.length : 0;
    if (count < 3)
      this.#add(
        {
          rule: "few-questions",
          what: `${name} has ${count} of at least 3 questions_and_answers`,
          mend: "add questions about its context",
        },
        pairs?.at ?? node.at,
      );
    if (valueOf(node, "context")?.kind !== "text")
      this.#add(
        {
          rule: "no-context",
          what: `${name} has no context`,
          mend: "add the part of the document that its questions are about",
        },
        node.at,
      );
  }

  #add({ severity, ...problem }: Problem, at: number): void {
    this.findings.push({
      file: this.#document.path,
      line: this.#document.lineOf(at),
      severity: severity ?? (this.#version === 1 ? "warning" : "error"),
      skipped: null,
      ...problem,
    });
  }
}
