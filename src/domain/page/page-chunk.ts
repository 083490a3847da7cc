import type { AnswerRecord, AnswerTurnRecord, JudgmentRecord, PageRecord } from "./page-data.js";

/*
 * A chunk is its records one after another: each as JSON in a line, in which lengths stand for its texts, and behind it each of these texts as
 * it is, with a line end. Texts written as JSON would have to be escaped, which took longer than all else that is done with them.
 */

/** A record with something else in place of its texts, which are asked for in the order in which they lie in a chunk. */
export function withTexts<From, To>(record: PageRecord<From>, replace: (text: From) => To): PageRecord<To> {
  if (record.kind === "question")
    return { ...record, turns: record.turns.map(replace), reference: record.reference.map(replace) };
  if (record.kind === "answer")
    return { ...record, turns: record.turns.map((turn) => ({ ...turn, text: replace(turn.text) })) };
  if (record.kind === "judgment") return { ...record, text: replace(record.text) };
  return record;
}

/** As JSON, in a third of the time of `JSON.stringify` where there are many: of judgments and answers. */
export function recordJson(record: PageRecord<number>): string {
  if (record.kind === "judgment") return judgmentJson(record);
  if (record.kind === "answer") return answerJson(record);
  return JSON.stringify(record);
}

function judgmentJson(record: JudgmentRecord<number>): string {
  const { run, turn, choice, repeat, text, score, prompt, reasoning, reason, promptTokens, completionTokens } = record;
  return `{"kind":"judgment","run":${run},"turn":${turn},"choice":${choice},"repeat":${repeat},"text":${text},"score":${score},"prompt":${JSON.stringify(prompt)}${optionalText("reasoning", reasoning)}${optionalText("reason", reason)}${optionalNumber("promptTokens", promptTokens)}${optionalNumber("completionTokens", completionTokens)}}`;
}

function answerJson({ model, choice, turns, failure }: AnswerRecord<number>): string {
  let json = "";
  for (const turn of turns) json += `${json === "" ? "" : ","}${turnJson(turn)}`;
  return `{"kind":"answer","model":${JSON.stringify(model)},"choice":${choice},"turns":[${json}]${optionalText("failure", failure)}}`;
}

function turnJson({ text, reasoning, truncated, promptTokens, completionTokens }: AnswerTurnRecord<number>): string {
  return `{"text":${text}${optionalText("reasoning", reasoning)}${truncated === true ? ',"truncated":true' : ""}${optionalNumber("promptTokens", promptTokens)}${optionalNumber("completionTokens", completionTokens)}}`;
}

function optionalText(name: string, text: string | undefined): string {
  return text === undefined ? "" : `,"${name}":${JSON.stringify(text)}`;
}

function optionalNumber(name: string, number: number | undefined): string {
  return number === undefined ? "" : `,"${name}":${number}`;
}

// what branchbench wrote is taken as it is: a page and its chunks are of one version
const parseRecord: (json: string) => PageRecord<number> = JSON.parse;

/** Reads a chunk. */
export function chunkRecords(chunk: string): PageRecord[] {
  const records: PageRecord[] = [];
  let position = 0;
  const next = (length: number): string => {
    const start = position;
    position = start + length + 1;
    return chunk.slice(start, start + length);
  };
  while (position < chunk.length)
    records.push(withTexts(parseRecord(next(chunk.indexOf("\n", position) - position)), next));
  return records;
}
