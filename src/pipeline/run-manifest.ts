import { resolve } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import type { AnswerSettings, JudgmentSettings, RunFacts } from "../domain/mt-bench/manifest.js";
import {
  judgedPart,
  answerManifestSchema,
  judgmentManifestSchema,
  requireSameSettings,
} from "../domain/mt-bench/manifest.js";
import { readJsonFile, writeJsonFile } from "../io/json-file.js";
import { packageInfo } from "../io/package-info.js";
import type { QuestionFile } from "../io/question-file.js";

/** What a stage needs to know of a model's server to record where its records come from. */
export interface ServerFacts {
  /** the URL that is called, without secrets */
  readonly url: string;
  /** the ids that the server lists; null where it lists none */
  readonly models: readonly string[] | null;
  /** merged into each request's body; decides the records */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** names only: values may be secrets */
  readonly extraHeaderNames?: readonly string[];
}

interface RunCircumstances {
  readonly server: ServerFacts;
  readonly questions: QuestionFile;
  /** number of selected questions */
  readonly selected: number;
  readonly promptsSource?: string;
  readonly referencesSource?: string | null;
  readonly judgeRepeats?: number;
}

/** Checks the manifest beside the answers, or writes it. */
export async function keepAnswerManifest(
  path: string,
  settings: AnswerSettings,
  circumstances: RunCircumstances & { readonly hasRecords: boolean },
): Promise<void> {
  const stored = await readJsonFile(path, answerManifestSchema);
  if (stored !== undefined) requireSameSettings(stored.settings, settings, path);
  else if (circumstances.hasRecords)
    throw new EvalError("conflict", `${path} is missing, so nobody can say how the answers beside it were made`, {
      hint: "judge them as they are with judge-answers --answers FILE, or use --fresh to move them aside and ask anew",
    });
  await writeJsonFile(path, { kind: "answers", settings, facts: runFacts(circumstances) });
}

/** Checks this model's part of the manifest beside a judge's judgments, or adds it. */
export async function keepJudgmentManifest(
  path: string,
  model: string,
  options: {
    readonly settings: JudgmentSettings;
    readonly circumstances: RunCircumstances;
    /** whether there are judgments of this model already */
    readonly hasRecords: () => Promise<boolean>;
  },
): Promise<void> {
  const stored = await readJsonFile(path, judgmentManifestSchema);
  const earlier = judgedPart(stored, model);
  if (earlier !== undefined) requireSameSettings(earlier.settings, options.settings, `${path} (model ${model})`);
  else if (await options.hasRecords())
    throw new EvalError(
      "conflict",
      `${path} says nothing of ${model}, so nobody can say how its judgments beside it were made`,
      {
        hint: "report --judgments FILE shows them as they are; --fresh moves them aside and judges anew",
      },
    );
  const facts = runFacts(options.circumstances);
  await writeJsonFile(path, {
    kind: "judgments",
    models: { ...stored?.models, [model]: { settings: options.settings, facts } },
  });
}

function runFacts(circumstances: RunCircumstances): RunFacts {
  const { server, questions, selected, promptsSource, referencesSource, judgeRepeats } = circumstances;
  return {
    branchbench: packageInfo(),
    started: new Date().toISOString(),
    server_url: server.url,
    server_models: server.models === null ? null : [...server.models],
    extra_header_names: [...(server.extraHeaderNames ?? [])],
    // absolute, so that a report finds it from whatever folder it is run in
    questions: { source: resolve(questions.path), count: questions.keys.ids.length },
    selected: selected === questions.keys.ids.length ? null : selected,
    ...(promptsSource !== undefined && { prompts_source: promptsSource }),
    ...(referencesSource !== undefined && { references_source: referencesSource }),
    ...(judgeRepeats !== undefined && { judge_repeats: judgeRepeats }),
  };
}
