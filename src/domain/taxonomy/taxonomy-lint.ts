import { z } from "zod";
import type { Finding } from "./finding.js";
import { findingCountsSchema, findingSchema } from "./finding.js";
import type { QnaDocument, QnaExample, QnaFile } from "./qna.js";
import { qnaVersion } from "./qna.js";
import { schemaFindings } from "./qna-schema.js";
import { compareCodePoints } from "./taxonomy-file.js";

/** The JSON form of what is wrong with a taxonomy. */
export const taxonomyLintSchema = z.strictObject({
  kind: z.literal("taxonomy-lint"),
  taxonomy: z.strictObject({
    path: z.string(),
    branch: z.string().nullable(),
    commit: z.string().nullable().describe("null for the folder as it is"),
    prefix: z.string().describe("where it lies in its repository, ending in a slash; empty for the root"),
  }),
  files: z.number().int().nonnegative(),
  examples: z.number().int().nonnegative(),
  counts: findingCountsSchema,
  findings: z.array(findingSchema).readonly().describe("by file and line"),
});

export type TaxonomyLintSummary = z.infer<typeof taxonomyLintSchema>;

/** Findings of one file: what could not be read, what the schema asks, and what its examples have in common. */
export function lintFile(
  document: QnaDocument,
  file: QnaFile,
  attribution: "present" | "empty" | "missing",
): Finding[] {
  const isOld = document.root?.kind === "mapping" && qnaVersion(document.root) === 1;
  const strict = isOld ? "warning" : "error";
  const findings = [...file.findings, ...schemaFindings(document)];
  if (attribution !== "present")
    findings.push({
      ...plain(document.path, 1, strict),
      rule: "attribution",
      what:
        attribution === "missing" ? "there is no attribution.txt beside it" : "the attribution.txt beside it is empty",
      mend: "say in attribution.txt where the content comes from and under which licence",
    });
  for (const example of file.examples) findings.push(...exampleFindings(example, strict));
  findings.push(...repetitions(file.examples, strict));
  return findings.sort(compareFindings);
}

/** Findings that only several files together show. */
export function lintAcross(files: readonly QnaFile[], misnamed: readonly string[]): Finding[] {
  const findings: Finding[] = misnamed.map((path) => ({
    ...plain(path, 1, "warning"),
    rule: "misnamed",
    what: path.includes("/") ? "a file of this name is not read" : "a file in the root of the taxonomy is not read",
    mend: "name it qna.yaml, in a folder of its own below compositional_skills, foundational_skills or knowledge",
  }));
  const examples = files.flatMap((file) => file.examples);
  for (const same of groups(examples, askedKey)) {
    const [first] = same;
    for (const example of same)
      if (first !== undefined && example.file !== first.file)
        findings.push({
          ...plain(example.file, example.line, "warning"),
          rule: "duplicate-across-files",
          what: `${named(example)} asks the same as ${first.file}:${first.line}`,
          mend: "keep it in the file where it belongs",
        });
  }
  return findings.sort(compareFindings);
}

function plain(
  file: string,
  line: number,
  severity: Finding["severity"],
): Pick<Finding, "file" | "line" | "severity" | "skipped"> {
  return { file, line, severity, skipped: null };
}

function named({ position }: QnaExample): string {
  return `example ${position}`;
}

function askedKey({ question, context }: QnaExample): string {
  return JSON.stringify([normal(question), context === undefined ? null : normal(context)]);
}

function normal(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, " ").trim();
}

/** Shorter answers stand in many a question by right, such as one of two choices. */
const minHeldLength = 15;

function exampleFindings(example: QnaExample, strict: Finding["severity"]): Finding[] {
  const { file, line, question, answer, context } = example;
  const findings: Finding[] = [];
  for (const [name, text] of Object.entries({ question, answer, context }))
    if (text !== undefined && text.trim() === "")
      findings.push({
        ...plain(file, line, strict),
        rule: "empty-text",
        what: `the ${name} of ${named(example)} is empty`,
        mend: name === "context" ? "write it, or leave the key out" : "write it, or take the example out",
      });
  const [asked, held] = [normal(question), normal(answer)];
  if (held.length >= minHeldLength && asked.includes(held))
    findings.push({
      ...plain(file, line, "warning"),
      rule: "answer-in-question",
      what: `the question of ${named(example)} holds its answer`,
      mend: "ask without giving the answer away",
    });
  return findings;
}

function repetitions(examples: readonly QnaExample[], strict: Finding["severity"]): Finding[] {
  const findings: Finding[] = [];
  for (const same of groups(examples, askedKey)) {
    const [first, ...others] = same;
    for (const example of others) {
      const isCopy = first !== undefined && normal(first.answer) === normal(example.answer);
      findings.push({
        ...plain(example.file, example.line, isCopy ? strict : "warning"),
        rule: isCopy ? "duplicate-example" : "duplicate-question",
        what: `${named(example)} asks the same as ${first === undefined ? "another" : named(first)}${isCopy ? "" : " and answers otherwise"}`,
        mend: "take one of them out, or ask for something else",
      });
    }
  }
  for (const same of groups(examples, ({ answer }) => normal(answer))) {
    const [first, ...others] = distinctQuestions(same);
    if (first === undefined || others.length === 0 || first.answer.trim() === "") continue;
    findings.push({
      ...plain(first.file, first.line, first.answer.length > 40 ? "warning" : "notice"),
      rule: "repeated-answer",
      what: `examples ${[first, ...others].map(({ position }) => position).join(", ")} have the same answer`,
      mend: "a model learns little from it: let the answers differ",
    });
  }
  return findings;
}

function distinctQuestions(examples: readonly QnaExample[]): QnaExample[] {
  return [...new Map(examples.toReversed().map((example) => [askedKey(example), example])).values()].reverse();
}

/** The examples that share a key, where several do. */
function groups(examples: readonly QnaExample[], keyOf: (example: QnaExample) => string): QnaExample[][] {
  const byKey = new Map<string, QnaExample[]>();
  for (const example of examples) {
    const key = keyOf(example);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [example]);
    else known.push(example);
  }
  return [...byKey.values()].filter((same) => same.length > 1);
}

const severities = ["error", "warning", "notice"];

/** By file and line, the worst first. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    compareCodePoints(left.file, right.file) ||
    left.line - right.line ||
    severities.indexOf(left.severity) - severities.indexOf(right.severity) ||
    compareCodePoints(left.rule, right.rule)
  );
}
