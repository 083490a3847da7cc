import type { Answer } from "../domain/mt-bench/answer.js";
import type { Judgment } from "../domain/mt-bench/judgment.js";
import type { ColumnQuestions } from "../domain/page/page-columns.js";
import { pageRun } from "../domain/page/page-columns.js";
import type { PageQuestions, PageRecord, PageRun, PageSummary } from "../domain/page/page-data.js";
import { questionPreview } from "../domain/page/page-preview.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import type { JudgmentSummary, ScoredModel } from "../domain/mt-bench/scored-model.js";
import type { ReferencesOf } from "./judged-references.js";
import type { KeepText, PageSink, RecordChunks } from "./page-records.js";
import { answerRecords, judgmentRecord, questionRecord, recordChunks } from "./page-records.js";
import type { RecordObserver } from "./scored-models.js";
import { withOneMore } from "./short-list.js";

/** A question as the page lists it. */
export interface PageQuestion {
  readonly question: Question;
  /** its category or file */
  readonly section: string;
  /** of a comparison: whether the branch changed it */
  readonly changed?: boolean;
}

/** Turns records into the page's texts as they are read, and knows where each lies. */
export interface PageCollector {
  /** Sees the records of the given questions, or of all. */
  observer(ids?: ReadonlySet<QuestionId>): RecordObserver;
  /** index of a run; runs are numbered as they are first named */
  run(model: string, judge: string): number;
  /** @param scored one for each run, with what belongs to the listed questions */
  finish(scored: readonly ScoredModel[]): Promise<Pick<PageSummary, "questions" | "runs" | "stale" | "leftOut">>;
}

/** Lists the questions and writes their texts, beside the records that come meanwhile. */
export function startPage(questions: readonly PageQuestion[], references: ReferencesOf, sink: PageSink): PageCollector {
  const chunks = recordChunks(sink);
  const rows = new Map(questions.map(({ question }, row) => [question.id, row]));
  const records: number[][] = questions.map(() => []);
  const put: Places["put"] = (stream, row, record) => {
    const locator = chunks.add(stream, record);
    records[row]?.push(locator);
    return locator;
  };
  const room = (): Promise<void> | undefined => chunks.room();
  const putQuestions = async (): Promise<void> => {
    for (const [row, { question }] of questions.entries()) {
      put("questions", row, (keep) => questionRecord(question, references(question), keep));
      const wait = room();
      if (wait !== undefined) await wait;
    }
  };
  const questionsPut = putQuestions();
  // whoever finishes the page sees the error; this keeps it from being called unhandled before
  questionsPut.catch(() => undefined);
  const run = numbering();
  const remove = (row: number, locator: number): void => {
    const locators = records[row];
    locators?.splice(locators.indexOf(locator), 1);
  };
  const judgments = judgmentObserver({ rows, run, put, room, remove });
  return {
    observer: (ids) => {
      const isWanted = (id: QuestionId): boolean => ids?.has(id) !== false;
      const read = new Set<string>();
      return {
        judgment: (judgment) => (isWanted(judgment.questionId) ? judgments.add(judgment) : undefined),
        answersOf: (model) => {
          // a model with several judges is read once for each, and kept once
          if (read.has(model)) return () => undefined;
          read.add(model);
          const add = answerObserver({ rows, put, room, remove });
          return (answer) => (isWanted(answer.questionId) ? add(answer) : undefined);
        },
      };
    },
    run,
    finish: async (scored) => {
      await questionsPut;
      // the last chunks are compressed while the columns are made
      const written = chunks.finish();
      // whoever waits for it sees the error
      written.catch(() => undefined);
      const columns: ColumnQuestions = {
        rows,
        count: questions.length,
        turns: questions.reduce((most, { question }) => Math.max(most, question.turns.length), 1),
      };
      const runs: PageRun[] = [];
      for (const model of scored) runs[run(model.model, model.judge)] = pageRun(model, columns);
      const uncounted = judgments.uncounted(scored);
      await written;
      return { questions: { ...questionColumns(questions), records }, runs, ...uncounted };
    },
  };
}

type RunNumbers = (model: string, judge: string) => number;

interface Places {
  readonly rows: ReadonlyMap<QuestionId, number>;
  readonly put: (stream: string, row: number, record: (keep: KeepText) => PageRecord<number>) => number;
  readonly room: RecordChunks["room"];
}

function numbering(): RunNumbers {
  const runs = new Map<string, Map<string, number>>();
  let next = 0;
  return (model, judge) => {
    const judges = runs.get(model) ?? new Map<string, number>();
    runs.set(model, judges);
    const known = judges.get(judge) ?? next++;
    judges.set(judge, known);
    return known;
  };
}

interface ReplacingPlaces extends Places {
  readonly remove: (row: number, locator: number) => void;
}

interface JudgmentPlaces extends ReplacingPlaces {
  readonly run: RunNumbers;
}

interface ObservedJudgments {
  add(judgment: Judgment): Promise<void> | undefined;
  /** where the judgments lie that count in no mean */
  uncounted(scored: readonly ScoredModel[]): Pick<PageSummary, "stale" | "leftOut">;
}

/** A judgment that stands on the page. */
interface PlacedJudgment extends JudgedText {
  readonly locator: number;
  readonly isFailed: boolean;
  /** it is among those that the means were made of, or would have been had its answer not changed */
  isScored: boolean;
}

/** What tells the judgments of one question apart. */
type JudgedText = Pick<JudgmentSummary, "turn" | "choice" | "repeat">;

/** A question has few judgments, so that a list is gone through sooner than a map is made. */
function placeOf(judgments: readonly JudgedText[], { turn, choice, repeat }: JudgedText): number {
  return judgments.findIndex((one) => one.turn === turn && one.choice === choice && one.repeat === repeat);
}

/** A reply replaces a failure and an earlier reply, whatever file it stands in. */
function judgmentObserver({ rows, run, put, room, remove }: JudgmentPlaces): ObservedJudgments {
  /** per run and row: a key of text for each judgment would take more time and memory than all else that is kept of it */
  const judged: PlacedJudgment[][][] = [];
  const placed = (index: number, row: number): PlacedJudgment[] => judged[index]?.[row] ?? [];
  return {
    add: (judgment) => {
      const row = rows.get(judgment.questionId);
      if (row === undefined) return undefined;
      const index = run(judgment.model, judgment.judge);
      const { turn, choice, repeat = 0 } = judgment;
      const others = placed(index, row);
      const found = placeOf(others, { turn, choice, repeat });
      const before = others[found];
      const isFailed = judgment.kind === "failed";
      if (before !== undefined && !before.isFailed && isFailed) return undefined;
      if (before !== undefined) remove(row, before.locator);
      const locator = put(`judgments ${index}`, row, (keep) => judgmentRecord(judgment, index, keep));
      const one = { turn, choice, repeat, locator, isFailed, isScored: false };
      if (before === undefined) (judged[index] ??= [])[row] = withOneMore(others, one);
      else others[found] = one;
      return room();
    },
    uncounted: (scored) => {
      const stale: number[] = [];
      for (const { model, judge, judgments } of scored) {
        const index = run(model, judge);
        for (const judgment of judgments) {
          const row = rows.get(judgment.questionId);
          if (row === undefined) continue;
          const others = placed(index, row);
          const one = others[placeOf(others, judgment)];
          if (one === undefined) continue;
          one.isScored = true;
          if (judgment.stale) stale.push(one.locator);
        }
      }
      const leftOut = judged.flat(2).filter(({ isScored }) => !isScored);
      return { stale, leftOut: leftOut.map(({ locator }) => locator) };
    },
  };
}

/** For one reading of one model's answers. */
function answerObserver({ rows, put, room, remove }: ReplacingPlaces): (answer: Answer) => Promise<void> | undefined {
  const placed: number[][] = [];
  return (answer) => {
    const row = rows.get(answer.questionId);
    if (row === undefined) return undefined;
    for (const locator of placed[row] ?? []) remove(row, locator);
    placed[row] = answerRecords(answer).map((record) => put(`answers ${answer.model}`, row, record));
    return room();
  };
}

function questionColumns(questions: readonly PageQuestion[]): Omit<PageQuestions, "records"> {
  const sections = new Map<string, number>();
  const section = questions.map(({ section: name }) => {
    const known = sections.get(name) ?? sections.size;
    sections.set(name, known);
    return known;
  });
  return {
    ids: questions.map(({ question }) => question.id),
    sections: [...sections.keys()],
    section,
    changed: questions.some(({ changed }) => changed !== undefined)
      ? questions.map(({ changed }) => (changed === true ? 1 : 0))
      : [],
    preview: questions.map(({ question }) => questionPreview(question.turns[0] ?? "")),
  };
}
