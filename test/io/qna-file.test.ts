import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readQna } from "../../src/domain/taxonomy/qna.js";
import type { QnaFile } from "../../src/domain/taxonomy/qna.js";
import { schemaFindings } from "../../src/domain/taxonomy/qna-schema.js";
import { lintFile } from "../../src/domain/taxonomy/taxonomy-lint.js";
import { maxQnaBytes, parseQna } from "../../src/io/qna-file.js";

function parse(content: string | Buffer, kind: "skill" | "knowledge" = "skill") {
  const bytes = Buffer.from(content);
  return parseQna({ path: "s/qna.yaml", kind, content: bytes, size: bytes.length, isLink: false });
}

const read = (content: string | Buffer, kind: "skill" | "knowledge" = "skill"): QnaFile =>
  readQna(parse(content, kind));

/** The answer that a value becomes, or the rule of the finding that skipped it. */
function answerOf(value: string): string | undefined {
  const { examples, findings } = read(`seed_examples:\n- question: q\n  answer: ${value}\n`);
  return examples[0]?.answer ?? findings[0]?.rule;
}

describe("a value of YAML 1.1", () => {
  // what PyYAML's safe_load makes of it, as str() writes it
  it.each([
    ["yes", "True"],
    ["Off", "False"],
    ["y", "y"],
    ["True", "True"],
    ["tRUE", "tRUE"],
    ["4", "4"],
    ["010", "8"],
    ["0o10", "0o10"],
    ["0x1F", "31"],
    ["0b101", "5"],
    ["1_000", "1000"],
    ["-0", "0"],
    ["+12", "12"],
    ["1:30", "90"],
    ["190:20:30", "685230"],
    ["190:20:30.15", "685230.15"],
    ["1:60", "1:60"],
    ["1.5", "1.5"],
    ["1.", "1.0"],
    [".5", "0.5"],
    ["1e5", "1e5"],
    ["1.0e+5", "100000.0"],
    ["1.5e-7", "1.5e-07"],
    ["1.0e+16", "1e+16"],
    [".inf", "inf"],
    ["-.INF", "-inf"],
    [".NaN", "nan"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["'4'", "4"],
    ['"yes"', "yes"],
    ["!!str 4", "4"],
    ["!!int '4'", "4"],
    ["!!float 4", "4.0"],
    ["~", "no-answer"],
    ["", "no-answer"],
    ["null", "no-answer"],
    ["''", ""],
    ["2024-01-31", "answer-no-text"],
    ["2024-1-1 10:00:00Z", "answer-no-text"],
    ["[a, 1, yes, null, 'it''s', {k: 1.0}]", "['a', 1, True, None, \"it's\", {'k': 1.0}]"],
    ["[2024-01-31]", "answer-no-text"],
    ["!foo bar", "yaml"],
    ["!!int x", "yaml"],
    ["*nothing", "yaml"],
  ])("%s as an answer is %j", (value, expected) => {
    expect(answerOf(value)).toBe(expected);
  });

  it("takes the last of equal keys, and merges", () => {
    expect(answerOf("first\n  answer: second")).toBe("second");
    expect(
      read("base: &b {question: q, answer: merged}\nseed_examples:\n- <<: *b\n- <<: *b\n  answer: own\n").examples.map(
        ({ answer }) => answer,
      ),
    ).toEqual(["merged", "own"]);
  });

  it("reads quotes and brackets whose lines begin too far left, as PyYAML does", () => {
    const { examples, findings } = read(
      'seed_examples:\n  - answer: "one\n two"\n    question: "a\n    b\n\n  c"\n  - question: ["x",\n "y"]\n    answer: z\n',
    );
    expect(examples).toMatchObject([{ question: "a b\nc", answer: "one two", line: 2 }]);
    expect(findings).toMatchObject([{ rule: "question-no-text", line: 8 }]);
  });

  it("reads other line ends, a byte order mark and any Unicode", () => {
    const { examples } = read("\uFEFFseed_examples:\r\n- question: |\r\n    a\u{1F600}\r\n    b\r\n  answer: é\r\n");
    expect(examples).toMatchObject([{ question: "a\u{1F600}\nb\n", answer: "é" }]);
  });
});

describe("a malformed file or example", () => {
  const good = "- question: q\n  answer: a\n";
  it.each([
    ["an empty file", "", "file", "no-mapping", 1],
    ["a comment", "# nothing\n", "file", "no-mapping", 1],
    ["a list", "- a\n", "file", "no-mapping", 1],
    ["text", "hello", "file", "no-mapping", 1],
    ["no examples", "a: 1\n", "file", "no-examples", 1],
    ["examples that are null", "a: 1\nseed_examples:\n", "file", "no-examples", 2],
    ["examples that are text", "a: 1\nseed_examples: hello\n", "file", "examples-no-list", 2],
    ["examples that are a mapping", "a: 1\nseed_examples:\n  question: a\n", "file", "examples-no-list", 3],
    ["a tab", "seed_examples:\n\t- a\n", "file", "yaml", 2],
    ["an open quote", 'a: "x\n', "file", "yaml", 2],
    ["two documents", "a: 1\n---\nb: 2\n", "file", "yaml", 3],
    ["an example that is text", `seed_examples:\n${good}- hello\n`, "example", "example-no-mapping", 4],
    ["an example that is empty", `seed_examples:\n${good}-\n`, "example", "example-no-mapping", 3],
    ["no question", `seed_examples:\n${good}- answer: a\n`, "example", "no-question", 4],
    ["a question that is null", `seed_examples:\n${good}- answer: a\n  question: ~\n`, "example", "no-question", 5],
    ["no answer", `seed_examples:\n${good}- question: a\n`, "example", "no-answer", 4],
    [
      "a question that is a number",
      `seed_examples:\n${good}- answer: a\n  question: 8\n`,
      "example",
      "question-no-text",
      5,
    ],
    [
      "a context that is a number",
      `seed_examples:\n${good}- answer: a\n  question: q\n  context: 945\n`,
      "example",
      "context-no-text",
      6,
    ],
    [
      "half a surrogate pair",
      `seed_examples:\n${good}- answer: a\n  question: "\\ud800"\n`,
      "example",
      "broken-text",
      4,
    ],
    ["bytes that are no UTF-8", Buffer.from("a: 1\nb: \xff\n", "latin1"), "file", "encoding", 2],
  ])("%s is a finding with its line", (_, text, skipped, rule, line) => {
    const { findings, examples } = read(text);
    expect(findings).toMatchObject([{ file: "s/qna.yaml", severity: "error", skipped, rule, line }]);
    expect(findings[0]!.what).not.toBe("");
    expect(findings[0]!.mend).not.toBe("");
    expect(examples).toHaveLength(skipped === "example" ? 1 : 0);
  });

  it("keeps an answer that is no text, with a warning", () => {
    expect(read("seed_examples:\n- question: q\n  answer: yes\n")).toMatchObject({
      examples: [{ answer: "True" }],
      findings: [{ rule: "answer-no-text", severity: "warning", skipped: null, line: 3 }],
    });
  });

  it("keeps empty texts, and treats a null context as none, as upstream", () => {
    expect(
      read("seed_examples:\n- {question: '', answer: '', context: ~}\n- {question: a, answer: b, context: ''}\n")
        .examples,
    ).toMatchObject([{ question: "", answer: "", context: undefined }, { context: "" }]);
  });

  it("skips what is too large, and links", () => {
    const facts = { path: "s/qna.yaml", kind: "skill", size: maxQnaBytes + 1 } as const;
    expect(parseQna({ ...facts, content: undefined, isLink: false }).fault).toMatchObject({ rule: "too-large" });
    expect(parseQna({ ...facts, content: Buffer.from("x"), isLink: true }).fault).toMatchObject({ rule: "link" });
  });

  it("reads the questions of a knowledge file one by one", () => {
    const text =
      "seed_examples:\n- context: c\n  questions_and_answers:\n  - {question: a, answer: b}\n  - {question: d, answer: e}\n";
    expect(read(text, "knowledge").examples).toMatchObject([
      { question: "a", context: "c", line: 4 },
      { question: "d", context: "c", line: 5 },
    ]);
    expect(read(text).findings).toMatchObject([{ rule: "no-question" }]);
  });
});

describe("a hostile text", () => {
  it.each([
    [
      "a bomb of aliases",
      `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join("")}seed_examples:\n- question: q\n  answer: *a40\n`,
    ],
    [
      "a bomb of merges",
      `a0: &a0 {k: v}\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1}\n  <<: [${Array.from({ length: 400 }, () => `*a${n}`).join(", ")}]\n`).join("")}`,
    ],
    ["a list that holds itself", "seed_examples:\n- question: q\n  answer: &a [*a]\n"],
    ["deep brackets", `a: ${"[".repeat(50_000)}`],
    ["deep blocks", Array.from({ length: 500 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
    ["many lines too far left", `a:\n  b: "${"x\n".repeat(20_000)}"\n`],
  ])("%s ends soon, without a crash", (_, text) => {
    const start = performance.now();
    const document = parse(text);
    const file = readQna(document);
    lintFile(document, file, "present");
    expect(file.examples).toEqual([]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("of any form is read or is a finding, never a crash", () => {
    const base =
      "version: 3\ncreated_by: x\nseed_examples:\n- question: What is it?\n  context: &c |\n    Text, with: signs\n  answer: \"quoted\n    twice\"\n- {question: 'a', answer: [1, *c]}\n";
    const piece = fc.oneof(
      fc.constantFrom(
        "- ",
        "  ",
        "\t",
        ": ",
        "#",
        "[",
        "]",
        "{",
        "}",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: *a",
        "!!int ",
        "!x ",
        "---\n",
        "? ",
        "'",
        '"',
        "\\u",
        "\\ud800",
        "\0",
        "\u0085",
        "\u2028",
        "\uFEFF",
        "1:30",
        "yes",
        "%YAML 9\n",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const edit = fc.record({ at: fc.nat(base.length), drop: fc.nat(8), put: piece });
    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("skill" as const, "knowledge" as const),
        (edits, kind) => {
          let text = base;
          for (const { at, drop, put } of edits) text = text.slice(0, at) + put + text.slice(at + drop);
          const document = parse(text, kind);
          const file = readQna(document);
          const findings = [...lintFile(document, file, "missing"), ...schemaFindings(document)];
          const lines = text.split(/\r\n?|\n|\u0085/).length;
          for (const { line } of findings) expect(line >= 1 && line <= lines + 1).toBe(true);
          expect(file.examples.length + file.findings.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("of bytes is read or is a finding, never a crash", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void readQna(parse(Buffer.from(bytes)))),
      { numRuns: 2_000 },
    );
  });
});
