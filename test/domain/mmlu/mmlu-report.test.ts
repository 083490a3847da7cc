import { describe, expect, it } from "vitest";
import { scoreCaveats } from "../../../src/domain/mmlu/mmlu-report.js";
import { mmluScores, tallyTask } from "../../../src/domain/mmlu/mmlu-scores.js";
import type { ContinuationForm, McqOutcome } from "../../../src/domain/scoring/multiple-choice.js";
import { sampleTask, timedOut } from "../../support/mcq.js";

/** One question: what it came to, and its right choice. */
type Row = readonly [outcome: McqOutcome, gold: number];

const cost = { requests: 1, promptTokens: 0, completionTokens: 0 };

function taking(choice: number): McqOutcome {
  return { kind: "chosen", choice, way: "letters", logprobs: [-1, -2, -3, -4], ...cost };
}

const tied: McqOutcome = { kind: "chosen", choice: 0, way: "full", logprobs: [-1.5, -1.5, -1.5, -1.5], ...cost };
const written = { kind: "chosen", choice: 0, way: "generate", logprobs: [], text: "Answer: A", ...cost } as const;
const cutLate: McqOutcome = { ...written, cut: true };
const cutEarly: McqOutcome = { kind: "failed", reason: "cut-off", message: "cut off", requests: 1 };
const noLetter: McqOutcome = { kind: "failed", reason: "no-letter", message: "none is listed", requests: 1 };

/** So many questions whose right choices go round. */
function rows(
  count: number,
  outcome: (index: number) => McqOutcome,
  gold = (index: number): number => index % 4,
): Row[] {
  return Array.from({ length: count }, (_, index) => [outcome(index), gold(index)]);
}

function caveats(parts: Readonly<Partial<Record<ContinuationForm, readonly Row[]>>>): string {
  const tallies = (["letters", "texts"] as const).flatMap((form) => {
    const asked = parts[form];
    if (asked === undefined) return [];
    const task = sampleTask(form, asked.length, form);
    const docs = task.docs.map((doc, id) => ({ ...doc, gold: asked[id]![1] }));
    return [tallyTask({ task, docs }, (id) => asked[id]?.[0])];
  });
  return scoreCaveats(mmluScores(tallies)).join("\n");
}

const oneSided = "was taken for";

describe("scoreCaveats", () => {
  it.each([
    [
      "27 questions, always A",
      { letters: rows(27, () => taking(0)) },
      "choice A was taken for 100.0 % of the questions:",
    ],
    ["10 questions, always D", { letters: rows(10, () => taking(3)) }, "choice D was taken for 100.0 %"],
    ["19 of 20", { letters: rows(20, (index) => taking(index === 0 ? 1 : 2)) }, "choice C was taken for 95.0 %"],
    [
      "letters beside texts",
      { letters: rows(12, () => taking(1)), texts: rows(40, (index) => taking(index % 4)) },
      "choice B was taken for 100.0 % of the questions scored by letters",
    ],
    [
      "some ties",
      { letters: [...rows(3, () => tied), ...rows(17, (index) => taking(index % 4))] },
      "3 of 20 questions had the same log-probability for every choice; their first choice counts",
    ],
    [
      "ties of one form",
      {
        letters: rows(8, (index) => taking(index % 4)),
        texts: rows(8, (index) => (index === 0 ? tied : taking(index % 4))),
      },
      "1 of 8 questions scored by texts had the same log-probability",
    ],
    [
      "why questions failed",
      {
        letters: [
          [noLetter, 0],
          [timedOut(), 1],
          [timedOut(), 2],
          [taking(1), 1],
        ],
      },
      "3 of 4 questions have no answer and are left out of every score: timeout 2, no-letter 1; such as: none is listed",
    ],
    [
      "answers that were cut off before they named a choice and after",
      {
        letters: [
          [cutEarly, 0],
          [cutEarly, 1],
          [cutLate, 0],
          [written, 0],
        ],
      },
      "3 written answers were cut off by --max-tokens: 2 before they named a choice, 1 after that, which counts; a larger --max-tokens lets them end",
    ],
    [
      "one answer that was cut off before it named a choice",
      { letters: [[cutEarly, 0], ...rows(3, () => written)] },
      "1 written answer was cut off by --max-tokens: 1 before it named a choice; a larger",
    ],
    [
      "that such answers are left out",
      { letters: [[cutEarly, 0], ...rows(3, () => written)] },
      "1 of 4 questions has no answer and is left out of every score: cut-off 1",
    ],
  ] satisfies [string, Parameters<typeof caveats>[0], string][])("says: %s", (_, parts, expected) => {
    expect(caveats(parts)).toContain(expected);
  });

  it.each([
    ["too few questions", rows(9, () => taking(0))],
    [
      "the right choices are as one-sided",
      rows(
        27,
        () => taking(0),
        () => 0,
      ),
    ],
    [
      "most right choices are the same",
      rows(
        12,
        () => taking(0),
        (index) => (index < 9 ? 0 : 1),
      ),
    ],
    ["a tenth is another choice", rows(100, (index) => taking(index % 10 === 0 ? 1 : 0))],
    ["every choice", rows(100, (index) => taking(index % 4))],
  ] satisfies [string, Row[]][])("has nothing to say of one-sidedness: %s", (_, letters) => {
    expect(caveats({ letters })).not.toContain(oneSided);
  });

  it("counts answers that were cut off as what they came to", () => {
    const task = sampleTask("t", 3, "letters");
    const docs = task.docs.map((doc) => ({ ...doc, gold: 0 }));
    expect(mmluScores([tallyTask({ task, docs }, (id) => [cutEarly, cutLate, written][id])])).toMatchObject({
      cut: 1,
      failed: { "cut-off": 1 },
      weighted: { n: 2, acc: 1 },
      unreadable: 0,
    });
  });

  it("has nothing to say of a whole, varied run", () => {
    expect(caveats({ letters: rows(40, (index) => taking((index * 7) % 4)) })).toBe("");
  });

  it("shows a hostile message as one line", () => {
    const hostile: McqOutcome = {
      kind: "failed",
      reason: "bad-reply",
      message: `a\n\u001b[31m${"x".repeat(5000)}`,
      requests: 1,
    };
    const said = caveats({ letters: [[hostile, 0]] });
    expect(said).not.toMatch(/\p{Cc}/u);
    expect(said.length).toBeLessThan(500);
  });
});
