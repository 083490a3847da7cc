import { counted } from "../domain/counted.js";
import type { McqResult } from "../domain/mmlu/mcq-comparison.js";
import type { AskedMcq, McqSample } from "../domain/mmlu/mcq-sample.js";
import { isRight } from "../domain/mmlu/mcq-sample.js";
import type { MmluReport } from "../domain/mmlu/mmlu-report.js";
import type { PageQuestions, PageRun } from "../domain/page/page-data.js";
import { pageFlags } from "../domain/page/page-data.js";
import type { McqOutcomeRecord, McqQuestionRecord } from "../domain/page/page-mmlu.js";
import { questionPreview } from "../domain/page/page-preview.js";
import type { TaskSamples } from "./mcq-samples.js";
import type { ModelResults } from "./mmlu-pairs.js";
import type { RecordChunks } from "./page-records.js";

/** Turns samples into the page's columns and texts, task by task. */
export interface MmluRows {
  /** @param samples one for each model */
  addTask(task: string, samples: readonly TaskSamples[]): Promise<void>;
  finish(): Promise<{
    readonly questions: PageQuestions;
    readonly runs: readonly PageRun[];
    readonly results: readonly ModelResults[];
    /** what to say of models that were asked other questions under the same names */
    readonly differing: readonly string[];
  }>;
}

export function mmluRows(reports: readonly MmluReport[], chunks: RecordChunks): MmluRows {
  const questions: GrowingQuestions = { ids: [], sections: [], section: [], changed: [], preview: [], records: [] };
  const models = reports.map(({ model }) => modelColumns(model));
  const addQuestion = async (task: string, id: number, samples: readonly (McqSample | undefined)[]): Promise<void> => {
    const asked = samples.find((sample) => sample?.asked !== undefined)?.asked;
    const locators: number[] = [];
    const put = async (record: McqQuestionRecord | McqOutcomeRecord): Promise<void> => {
      locators.push(chunks.add(task, () => record));
      const wait = chunks.room();
      if (wait !== undefined) await wait;
    };
    await put({ kind: "mcq-question", asked: asked ?? null });
    for (const [run, sample] of samples.entries()) {
      const shown = sample === undefined ? undefined : comparable(sample, asked);
      if (sample !== undefined && shown === undefined) models[run]?.skip();
      else models[run]?.add({ task, id, sample: shown, asked });
      if (shown !== undefined) await put({ kind: "mcq-outcome", run, outcome: shown.outcome });
    }
    questions.ids.push(`${task}/${id}`);
    questions.section.push(questions.sections.length - 1);
    questions.preview.push(
      asked === undefined ? `Question ${id}, whose text is not at hand` : questionPreview(asked.question),
    );
    questions.records.push(locators);
  };
  return {
    addTask: async (task, samples) => {
      questions.sections.push(task);
      const ids = [...new Set(samples.flatMap((ofModel) => [...ofModel.keys()]))].sort((left, right) => left - right);
      for (const id of ids)
        await addQuestion(
          task,
          id,
          samples.map((ofModel) => ofModel.get(id)),
        );
    },
    finish: async () => {
      await chunks.finish();
      return {
        questions,
        runs: models.map(({ run }) => run),
        results: models.map(({ results }) => results),
        differing: models.flatMap(({ run, skipped }) =>
          skipped() === 0
            ? []
            : [
                `${counted(skipped(), "question")} of ${run.model} with other texts than those of the other models: not shown`,
              ],
        ),
      };
    },
  };
}

interface GrowingQuestions extends PageQuestions {
  readonly ids: string[];
  readonly sections: string[];
  readonly section: number[];
  readonly preview: string[];
  readonly records: number[][];
}

/** A sample of the same question; undefined where it is another one. */
function comparable(sample: McqSample, asked: AskedMcq | undefined): McqSample | undefined {
  const isSame =
    sample.asked === undefined || asked === undefined || JSON.stringify(sample.asked) === JSON.stringify(asked);
  return isSame ? sample : undefined;
}

interface Added {
  readonly task: string;
  readonly id: number;
  readonly sample: McqSample | undefined;
  readonly asked: AskedMcq | undefined;
}

interface ModelColumns {
  readonly run: PageRun;
  readonly results: ModelResults;
  readonly skipped: () => number;
  add(added: Added): void;
  /** the model was asked another question here */
  skip(): void;
}

function modelColumns(model: string): ModelColumns {
  const score: (number | null)[] = [];
  const flags: number[] = [];
  const results = new Map<string, Map<number, McqResult>>();
  let skipped = 0;
  const push = (value: number | null, flag: number): void => {
    score.push(value);
    flags.push(flag);
  };
  return {
    run: { model, judge: "", score, turns: [], flags, spread: [], histogram: [] },
    results,
    skipped: () => skipped,
    add: ({ task, id, sample, asked }) => {
      const right = isRight(sample?.outcome, asked);
      push(right === null ? null : Number(right), flagsOf(sample));
      if (sample === undefined) return;
      const ofTask = results.get(task) ?? new Map<number, McqResult>();
      const reason = sample.outcome.kind === "failed" ? sample.outcome.reason : "unknown question";
      results.set(
        task,
        ofTask.set(id, right === null ? { kind: "unscored", reason } : { kind: "scored", correct: right }),
      );
    },
    skip: () => {
      push(null, 0);
      skipped++;
    },
  };
}

function flagsOf(sample: McqSample | undefined): number {
  if (sample === undefined) return 0;
  const { outcome } = sample;
  if (outcome.kind === "failed") return pageFlags.failed;
  if (outcome.kind === "unreadable") return pageFlags.unreadable;
  return outcome.way === "letters-fallback" ? pageFlags.fallback : 0;
}
