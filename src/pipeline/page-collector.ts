import type { Answer } from "../domain/answer.js";
import type { Judgment } from "../domain/judgment.js";
import type { ColumnQuestions } from "../domain/page-columns.js";
import { pageRun } from "../domain/page-columns.js";
import type { PageQuestions, PageRecord, PageRun, PageSummary } from "../domain/page-data.js";
import { questionPreview } from "../domain/page-preview.js";
import type { Question, QuestionId } from "../domain/question.js";
import type { ScoredModel } from "../domain/report.js";
import type { ReferencesOf } from "./judged-references.js";
import type { PageSink } from "./page-records.js";
import { answerRecords, judgmentRecord, questionRecord, recordChunks } from "./page-records.js";
import type { RecordObserver } from "./scored-models.js";

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
  finish(scored: readonly ScoredModel[]): Promise<Pick<PageSummary, "questions" | "runs" | "stale">>;
}

/** Lists the questions and writes their texts. */
export async function startPage(
  questions: readonly PageQuestion[],
  references: ReferencesOf,
  sink: PageSink,
): Promise<PageCollector> {
  const chunks = recordChunks(sink);
  const rows = new Map(questions.map(({ question }, row) => [question.id, row]));
  const records: number[][] = questions.map(() => []);
  const put = (stream: string, row: number, record: PageRecord): PutRecord => {
    const place = chunks.add(stream, record);
    records[row]?.push(place.locator);
    return place;
  };
  for (const [row, { question }] of questions.entries()) {
    const texts = questionRecord(question, references(question));
    const { wait } = put("questions", row, texts);
    if (wait !== undefined) await wait;
  }
  const run = numbering();
  const remove = (row: number, locator: number): void => {
    const locators = records[row];
    locators?.splice(locators.indexOf(locator), 1);
  };
  const judgments = judgmentObserver({ rows, run, put, remove });
  const addAnswer = answerObserver({ rows, put });
  return {
    observer: (ids) => ({
      judgment: (judgment) => (ids?.has(judgment.questionId) === false ? undefined : judgments.add(judgment)),
      answer: (answer) => (ids?.has(answer.questionId) === false ? undefined : addAnswer(answer)),
    }),
    run,
    finish: async (scored) => {
      await chunks.finish();
      const columns: ColumnQuestions = {
        rows,
        count: questions.length,
        turns: questions.reduce((most, { question }) => Math.max(most, question.turns.length), 1),
      };
      const runs: PageRun[] = [];
      for (const model of scored) runs[run(model.model, model.judge)] = pageRun(model, columns);
      const stale = judgments.locators(staleTexts(scored, rows, run));
      return { questions: { ...questionColumns(questions), records }, runs, stale };
    },
  };
}

type PutRecord = ReturnType<ReturnType<typeof recordChunks>["add"]>;
type RunNumbers = (model: string, judge: string) => number;

interface Places {
  readonly rows: ReadonlyMap<QuestionId, number>;
  readonly put: (stream: string, row: number, record: PageRecord) => PutRecord;
}

function numbering(): RunNumbers {
  const runs = new Map<string, number>();
  return (model, judge) => {
    const key = JSON.stringify([model, judge]);
    const known = runs.get(key) ?? runs.size;
    runs.set(key, known);
    return known;
  };
}

interface JudgmentPlaces extends Places {
  readonly run: RunNumbers;
  readonly remove: (row: number, locator: number) => void;
}

interface ObservedJudgments {
  add(judgment: Judgment): Promise<void> | undefined;
  /** where the judgments of these texts lie */
  locators(texts: ReadonlySet<string>): number[];
}

/** A reply replaces a failure and an earlier reply, whatever file it stands in. */
function judgmentObserver({ rows, run, put, remove }: JudgmentPlaces): ObservedJudgments {
  const judged = new Map<string, { readonly locator: number; readonly isFailed: boolean; readonly text: string }>();
  return {
    add: (judgment) => {
      const row = rows.get(judgment.questionId);
      if (row === undefined) return undefined;
      const index = run(judgment.model, judgment.judge);
      const text = textKey(index, row, judgment);
      const key = `${text} ${judgment.repeat ?? 0}`;
      const before = judged.get(key);
      const isFailed = judgment.kind === "failed";
      if (before !== undefined && !before.isFailed && isFailed) return undefined;
      if (before !== undefined) remove(row, before.locator);
      const { locator, wait } = put(`judgments ${index}`, row, judgmentRecord(judgment, index));
      judged.set(key, { locator, isFailed, text });
      return wait;
    },
    locators: (texts) => [...judged.values()].filter(({ text }) => texts.has(text)).map(({ locator }) => locator),
  };
}

/** A model with several judges is read once for each, and kept once. */
function answerObserver({ rows, put }: Places): (answer: Answer) => Promise<void> | undefined {
  const answered = new Set<string>();
  return (answer) => {
    const row = rows.get(answer.questionId);
    const key = `${row ?? ""} ${answer.model}`;
    if (row === undefined || answered.has(key)) return undefined;
    answered.add(key);
    const stream = `answers ${answer.model}`;
    return answerRecords(answer)
      .map((record) => put(stream, row, record).wait)
      .at(-1);
  };
}

interface JudgedPlace {
  readonly choice: number;
  readonly turn: number;
}

function textKey(run: number, row: number, { choice, turn }: JudgedPlace): string {
  return `${run} ${row} ${choice} ${turn}`;
}

/** The answers that changed after they were judged. */
function staleTexts(
  scored: readonly ScoredModel[],
  rows: ReadonlyMap<QuestionId, number>,
  run: RunNumbers,
): Set<string> {
  return new Set(
    scored.flatMap(({ model, judge, judgments }) =>
      judgments
        .filter(({ stale }) => stale)
        .map((judgment) => textKey(run(model, judge), rows.get(judgment.questionId) ?? -1, judgment)),
    ),
  );
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
