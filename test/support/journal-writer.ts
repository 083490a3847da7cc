import { argv } from "node:process";
import { EvalError } from "../../src/domain/eval-error.js";
import { openJournal } from "../../src/io/journal.js";

// Appends numbered records to a journal, ten at a time, until the disk refuses; prints as JSON what became of them.
const [, , path = ""] = argv;
const journal = await openJournal(path);
const saved: number[] = [];
const codes: string[] = [];
for (let number = 0; number < 1_000 && codes.length < 30;) {
  const batch = Array.from({ length: 10 }, () => number++);
  const outcomes = await Promise.allSettled(
    batch.map((record) => journal.append({ number: record, text: "x".repeat(100) })),
  );
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === "fulfilled") saved.push(batch[at] ?? -1);
    else codes.push(outcome.reason instanceof EvalError ? outcome.reason.code : String(outcome.reason));
  }
}
await journal.close();
console.log(JSON.stringify({ saved, codes }));
