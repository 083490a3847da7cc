import { expect, it } from "vitest";
import type { Answer } from "../../src/domain/mt-bench/answer.js";
import type { Question } from "../../src/domain/mt-bench/question.js";
import { startPage } from "../../src/pipeline/page-collector.js";
import { errorsOf, failingSink } from "../support/failing-sink.js";

/** Fills a chunk. */
const long = "x".repeat(300_000);

const listed = (count: number, text: string) =>
  Array.from({ length: count }, (_, id) => {
    const question: Question = { id, category: "c", turns: [text] };
    return { question, section: "c" };
  });

const answered = (questionId: number, choices: number): Answer => ({
  kind: "answered",
  questionId,
  answerId: "a",
  model: "m",
  tstamp: 0,
  choices: Array.from({ length: choices }, (_, index) => ({ index, turns: [{ text: long }] })),
});

const failure = { thrown: ["Error: the disk is full"], unhandled: [] };

it.each([
  ["the only chunk", 1, 0],
  ["the first chunk", 30, 0],
  ["a middle chunk", 30, 7],
])("tells of %s that fails while the questions' texts are written", async (_, count, failsAt) => {
  const work = async (): Promise<void> => {
    const page = startPage(listed(count, long), () => undefined, failingSink(failsAt));
    // nobody asks for the page before all that was under way has ended
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.finish([]);
  };
  expect(await errorsOf(work)).toEqual(failure);
});

it.each([
  ["one record an answer, the first chunk", 1, 0],
  ["one record an answer, a middle chunk", 1, 9],
  ["thirty records an answer, the first chunk", 30, 0],
  ["thirty records an answer, a middle chunk", 30, 9],
])("tells of a chunk that fails beside the reading: %s", async (_, choices, failsAt) => {
  const work = async (): Promise<void> => {
    const page = startPage(listed(30, "short"), () => undefined, failingSink(failsAt));
    const observer = page.observer();
    const add = observer.answersOf("m");
    for (let id = 0; id < 30; id++) await add(answered(id, choices));
    await page.finish([]);
  };
  expect(await errorsOf(work)).toEqual(failure);
});
