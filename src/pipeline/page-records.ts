import type { Answer, AnswerTurn } from "../domain/mt-bench/answer.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import type { AnswerTurnRecord, JudgmentRecord, PageRecord } from "../domain/page/page-data.js";
import { recordLocator, recordsPerChunk } from "../domain/page/page-data.js";
import { withTexts } from "../domain/page/page-chunk.js";
import type { Question } from "../domain/mt-bench/question.js";
import { gzip } from "../io/gzip.js";
import { limiter } from "../io/limiter.js";
import type { ReferencesOf } from "./judged-references.js";

/** Takes a page's compressed texts, chunk by chunk. */
export interface PageSink {
  /** @param bytes gzip of a chunk (domain/page/page-chunk.ts) */
  chunk(number: number, bytes: Uint8Array): Promise<void>;
}

/** Gathers records into chunks of what is read together. */
export interface RecordChunks {
  /** Returns the locator under which the record will lie. */
  add(stream: string, record: PageRecord): number;
  /** What to wait for before more is added; it rejects where a chunk could not be written. */
  room(): Promise<void> | undefined;
  /** Rejects where any chunk could not be written. */
  finish(): Promise<void>;
}

/** A chunk is opened for one question: small enough to be read at once, large enough to compress well. */
const chunkBytes = 256 * 1024;
/** Compression happens beside, one chunk at a time, which keeps up: a second one would take the reading thread's processor on a small machine. More chunks that wait would only take memory. */
const chunksUnderWay = 6;
/** UTF-8 needs at most this many bytes for one of JavaScript's characters. */
const bytesPerCharacter = 3;
const newline = 0x0a;

interface OpenChunk {
  readonly number: number;
  /** as JSON, without their texts */
  readonly records: string[];
  /** characters of `records` */
  recordsLength: number;
  /** texts as they will be compressed; outside of the heap, so that the garbage collector never copies them */
  buffer: Buffer;
  length: number;
}

export function recordChunks(sink: PageSink): RecordChunks {
  const open = new Map<string, OpenChunk>();
  const underWay = new Set<Promise<void>>();
  const idle: Buffer[] = [];
  const compressor = limiter(1);
  let next = 0;
  // a chunk waits for those before it, so that this one fails when any does
  let written = Promise.resolve();
  let isBroken = false;
  const opened = (stream: string): OpenChunk => {
    const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(2 * chunkBytes);
    const chunk: OpenChunk = { number: next++, records: [], recordsLength: 0, buffer, length: 0 };
    open.set(stream, chunk);
    return chunk;
  };
  const close = (stream: string, chunk: OpenChunk): void => {
    open.delete(stream);
    append(chunk, `[${chunk.records.join(",")}]`);
    const { number, buffer, length } = chunk;
    const compressed = compressor.run(gzip, buffer.subarray(0, length));
    const before = written;
    written = (async () => {
      const bytes = await compressed;
      idle.push(buffer);
      await before;
      await sink.chunk(number, bytes);
    })();
    const work = written.finally(() => underWay.delete(work));
    // whoever finishes sees the error, which is not to be called unhandled before
    work.catch(() => (isBroken = true));
    underWay.add(work);
  };
  const waitForRoom = async (): Promise<void> => {
    while (underWay.size >= chunksUnderWay) await Promise.race(underWay);
  };
  return {
    add: (stream, record) => {
      const chunk = open.get(stream) ?? opened(stream);
      const locator = recordLocator(chunk.number, chunk.records.length);
      const json = JSON.stringify(withTexts(record, (text) => append(chunk, text)));
      chunk.recordsLength += json.length;
      const filled = chunk.records.push(json);
      if (chunk.length + chunk.recordsLength >= chunkBytes || filled === recordsPerChunk) close(stream, chunk);
      return locator;
    },
    room: () => {
      if (isBroken) return written;
      return underWay.size < chunksUnderWay ? undefined : waitForRoom();
    },
    finish: async () => {
      for (const [stream, chunk] of open) close(stream, chunk);
      await written;
    },
  };
}

/** Adds a text behind a line end. Returns its length. */
function append(chunk: OpenChunk, text: string): number {
  const room = chunk.length + text.length * bytesPerCharacter + 1;
  if (room > chunk.buffer.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(room, 2 * chunk.buffer.length));
    chunk.buffer.copy(larger, 0, 0, chunk.length);
    chunk.buffer = larger;
  }
  chunk.buffer[chunk.length++] = newline;
  chunk.length += chunk.buffer.write(text, chunk.length);
  return text.length;
}

export function questionRecord(question: Question, references: ReturnType<ReferencesOf>): PageRecord {
  return { kind: "question", turns: question.turns, reference: (references ?? []).map((text) => text ?? "") };
}

/** One record for each repeat of an answer; one without text where nothing was answered. */
export function answerRecords(answer: Answer): PageRecord[] {
  const { model } = answer;
  const failure = answer.kind === "failed" ? { failure: `${answer.reason}: ${answer.message}` } : {};
  if (answer.choices.length === 0) return [{ kind: "answer", model, choice: 0, turns: [], ...failure }];
  return answer.choices.map(({ index, turns }) => ({
    kind: "answer",
    model,
    choice: index,
    turns: turns.map(turnRecord),
    ...failure,
  }));
}

function turnRecord({ text, reasoning, finishReason, usage }: AnswerTurn): AnswerTurnRecord {
  const record: Writable<AnswerTurnRecord> = { text };
  if (reasoning !== undefined) record.reasoning = reasoning;
  if (finishReason === "length") record.truncated = true;
  if (usage !== undefined) {
    record.promptTokens = usage.promptTokens;
    record.completionTokens = usage.completionTokens;
  }
  return record;
}

/** @param run index into the page's runs */
export function judgmentRecord(judgment: Judgment, run: number): JudgmentRecord {
  const { turn, choice, repeat = 0, promptName: prompt } = judgment;
  const isFailed = judgment.kind === "failed";
  const record: Writable<JudgmentRecord> = {
    kind: "judgment",
    run,
    turn,
    choice,
    repeat,
    prompt,
    text: isFailed ? "" : judgment.text,
    score: isFailed || judgment.rating.kind !== "scored" ? null : judgment.rating.score,
  };
  if (isFailed) record.reason = `${judgment.reason}: ${judgment.message}`;
  else {
    const { rating, reasoning, usage } = judgment;
    if (rating.kind === "unscored") record.reason = rating.reason;
    if (reasoning !== undefined) record.reasoning = reasoning;
    if (usage !== undefined) {
      record.promptTokens = usage.promptTokens;
      record.completionTokens = usage.completionTokens;
    }
  }
  return record;
}

/** Made field by field, since there are many: spreading takes ten times as long. */
type Writable<Facts> = { -readonly [Name in keyof Facts]: Facts[Name] };
