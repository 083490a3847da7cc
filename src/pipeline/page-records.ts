import type { Answer, AnswerTurn } from "../domain/mt-bench/answer.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import type {
  AnswerRecord,
  AnswerTurnRecord,
  JudgmentRecord,
  PageRecord,
  QuestionRecord,
} from "../domain/page/page-data.js";
import { recordJson } from "../domain/page/page-chunk.js";
import { recordLocator, recordsPerChunk } from "../domain/page/page-data.js";
import type { Question } from "../domain/mt-bench/question.js";
import type { ByteBuffer } from "../io/byte-buffer.js";
import { byteBuffer } from "../io/byte-buffer.js";
import { gzip } from "../io/gzip.js";
import { limiter } from "../io/limiter.js";
import type { ReferencesOf } from "./judged-references.js";

/** Takes a page's compressed texts, chunk by chunk. */
export interface PageSink {
  /** @param bytes gzip of a chunk (domain/page/page-chunk.ts) */
  chunk(number: number, bytes: Uint8Array): Promise<void>;
}

/** Keeps a text in the chunk of its record; returns its length. */
export type KeepText = (text: string) => number;

/** Gathers records into chunks of what is read together. */
export interface RecordChunks {
  /**
   * Returns the locator under which the record will lie.
   *
   * @param record made with what stands in it for each of its texts, in the order in which it is to be read again
   */
  add(stream: string, record: (keep: KeepText) => PageRecord<number>): number;
  /** What to wait for before more is added; it rejects where a chunk could not be written. */
  room(): Promise<void> | undefined;
  /** Rejects where any chunk could not be written. */
  finish(): Promise<void>;
}

/** A chunk is opened for one question: small enough to be read at once, large enough to compress well. */
const chunkBytes = 512 * 1024;
/**
 * Compression happens beside. Of two, the second one begins when the first one ends; alone, it would wait until this thread has gone through its
 * records and hands it over. More chunks that wait would only take memory.
 */
const chunksCompressed = 2;
const chunksUnderWay = 6;

interface OpenChunk {
  readonly number: number;
  records: number;
  readonly buffer: ByteBuffer;
}

export function recordChunks(sink: PageSink): RecordChunks {
  const open = new Map<string, OpenChunk>();
  const underWay = new Set<Promise<void>>();
  const idle: ByteBuffer[] = [];
  const compressor = limiter(chunksCompressed);
  let next = 0;
  // a chunk waits for those before it, so that this one fails when any does
  let written = Promise.resolve();
  let isBroken = false;
  // of the record that is added
  const texts: string[] = [];
  const keep: KeepText = (text) => {
    texts.push(text);
    return text.length;
  };
  const opened = (stream: string): OpenChunk => {
    const chunk: OpenChunk = { number: next++, records: 0, buffer: idle.pop() ?? byteBuffer(2 * chunkBytes) };
    open.set(stream, chunk);
    return chunk;
  };
  const close = (stream: string, chunk: OpenChunk): void => {
    open.delete(stream);
    const { number, buffer } = chunk;
    const compressed = compressor.run(gzip, buffer.bytes());
    const before = written;
    written = (async () => {
      const bytes = await compressed;
      buffer.clear();
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
      const locator = recordLocator(chunk.number, chunk.records++);
      const { buffer } = chunk;
      buffer.appendLine(recordJson(record(keep)));
      for (const text of texts) buffer.appendLine(text);
      texts.length = 0;
      if (buffer.length >= chunkBytes || chunk.records === recordsPerChunk) close(stream, chunk);
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

export function questionRecord(
  question: Question,
  references: ReturnType<ReferencesOf>,
  keep: KeepText,
): QuestionRecord<number> {
  return {
    kind: "question",
    turns: question.turns.map(keep),
    reference: (references ?? []).map((text) => keep(text ?? "")),
  };
}

/** One record for each repeat of an answer; one without text where nothing was answered. */
export function answerRecords(answer: Answer): ((keep: KeepText) => AnswerRecord<number>)[] {
  const { model } = answer;
  const failure = answer.kind === "failed" ? { failure: `${answer.reason}: ${answer.message}` } : {};
  if (answer.choices.length === 0) return [() => ({ kind: "answer", model, choice: 0, turns: [], ...failure })];
  return answer.choices.map(({ index, turns }) => (keep) => ({
    kind: "answer",
    model,
    choice: index,
    turns: turns.map((turn) => turnRecord(turn, keep)),
    ...failure,
  }));
}

function turnRecord({ text, reasoning, finishReason, usage }: AnswerTurn, keep: KeepText): AnswerTurnRecord<number> {
  const record: Writable<AnswerTurnRecord<number>> = { text: keep(text) };
  if (reasoning !== undefined) record.reasoning = reasoning;
  if (finishReason === "length") record.truncated = true;
  if (usage !== undefined) {
    record.promptTokens = usage.promptTokens;
    record.completionTokens = usage.completionTokens;
  }
  return record;
}

/** @param run index into the page's runs */
export function judgmentRecord(judgment: Judgment, run: number, keep: KeepText): JudgmentRecord<number> {
  const { turn, choice, repeat = 0, promptName: prompt } = judgment;
  const isFailed = judgment.kind === "failed";
  const record: Writable<JudgmentRecord<number>> = {
    kind: "judgment",
    run,
    turn,
    choice,
    repeat,
    prompt,
    text: keep(isFailed ? "" : judgment.text),
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
