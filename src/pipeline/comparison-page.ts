import type { BranchComparison } from "../domain/comparison/branch-comparison.js";
import type { ShownRating } from "../domain/mt-bench/human-rating.js";
import type { PageManifest, PageRun, PageSummary } from "../domain/page/page-data.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import type { ScoredModel } from "../domain/mt-bench/scored-model.js";
import { packageVersion } from "../io/package-version.js";
import type { ComparisonInput, RecordedSide } from "./read-comparison.js";
import { questionsOf, scoresOf } from "./read-comparison.js";
import type { PageCollector, PageQuestion } from "./page-collector.js";
import { startPage } from "./page-collector.js";
import type { PageSink } from "./page-records.js";
import { readManifests } from "./report-page.js";
import { shownRatings } from "./shown-ratings.js";
import { readScoredModels } from "./scored-models.js";

/** What was compared, and where its records lie. */
export type ComparedRuns = Pick<ComparisonInput, "base" | "branch" | "models">;

/** Reads the texts behind a comparison: of the branch's questions, and of those that it has no longer. */
export async function collectComparisonPage(
  runs: ComparedRuns,
  comparison: BranchComparison,
  sink: PageSink,
): Promise<PageSummary> {
  const sets = await comparedQuestions(runs, comparison);
  const listed = [...sets.branch, ...sets.base];
  const page = startPage(listed, ({ reference }) => reference, sink);
  const { models } = runs;
  for (const model of [models.base, models.tuned]) page.run(model, models.judge);
  const base = await readBothSides(runs, { model: models.base, sets, page });
  const tuned = await readBothSides(runs, { model: models.tuned, sets, page });
  const { questions, runs: columns, stale, leftOut } = await page.finish([base.scored, tuned.scored]);
  return {
    format: 1,
    kind: "comparison",
    title: `${comparison.branch.branch} against ${comparison.base.branch}`,
    sentence: comparison.sentence,
    caveats: comparison.caveats,
    command: comparison.reproduce.command,
    version: packageVersion(),
    questions,
    runs: columns.map((run, index) => withScores(run, index === 0 ? base.scores : tuned.scores, listed)),
    stale,
    leftOut,
    humanRatings: await ratingsOf(runs),
    manifests: await manifestsOf(runs),
    comparison: { ...comparison, comparison: withoutPairs(comparison.comparison) },
  };
}

interface ComparedSets {
  readonly branch: readonly PageQuestion[];
  /** those that the branch has no longer */
  readonly base: readonly PageQuestion[];
}

/** The questions that the comparison rests on, in the order of their files. */
async function comparedQuestions(runs: ComparedRuns, { comparison }: BranchComparison): Promise<ComparedSets> {
  const groups = new Map([...comparison.pairs, ...comparison.leftOut].map(({ id, group }) => [id, group]));
  const [branch, base] = [await questionsOf(runs.branch), await questionsOf(runs.base)];
  const inBranch = new Set(branch.map(({ id }) => id));
  const listed = (question: Question): PageQuestion => ({
    question,
    section: question.qnaFile ?? question.category,
    changed: groups.get(question.id) === "changed",
  });
  return {
    branch: branch.map(listed),
    base: base.filter(({ id }) => !inBranch.has(id) && groups.has(id)).map(listed),
  };
}

interface SidesOfModel {
  readonly scored: ScoredModel;
  readonly scores: ReadonlyMap<QuestionId, number>;
}

async function readBothSides(
  runs: ComparedRuns,
  { model, sets, page }: { readonly model: string; readonly sets: ComparedSets; readonly page: PageCollector },
): Promise<SidesOfModel> {
  const { judge } = runs.models;
  const scores = new Map<QuestionId, number>();
  const read = async (side: RecordedSide, listed: readonly PageQuestion[]): Promise<ScoredModel[]> => {
    if (listed.length === 0) return [];
    const questions = await questionsOf(side);
    const ids = new Set(listed.map(({ question }) => question.id));
    const input = { output: side.output, questions: side.questions, models: [model], judge };
    const scored = await readScoredModels(
      input,
      new Map(questions.map((question) => [question.id, question])),
      page.observer(ids),
    );
    for (const one of scored)
      for (const [id, score] of scoresOf(one, questions))
        if (ids.has(id) && score.kind === "scored") scores.set(id, score.mean);
    return scored.map((one) => only(one, ids));
  };
  const parts = [...(await read(runs.branch, sets.branch)), ...(await read(runs.base, sets.base))];
  return { scored: joined(model, judge, parts), scores };
}

function only(scored: ScoredModel, ids: ReadonlySet<QuestionId>): ScoredModel {
  const isListed = ({ questionId }: { readonly questionId: QuestionId }): boolean => ids.has(questionId);
  return { ...scored, answers: scored.answers?.filter(isListed), judgments: scored.judgments.filter(isListed) };
}

function joined(model: string, judge: string, parts: readonly ScoredModel[]): ScoredModel {
  const [first] = parts;
  return {
    model,
    judge,
    answers: parts.flatMap(({ answers = [] }) => answers),
    judgments: parts.flatMap(({ judgments }) => judgments),
    choices: first?.choices ?? 1,
    notes: parts.flatMap(({ notes = [] }) => notes),
    promptsSource: first?.promptsSource,
    referencesSource: first?.referencesSource,
    sampling: first?.sampling,
  };
}

/** The scores that were compared: repeats of an answer count alike, however often each was judged. */
function withScores(run: PageRun, scores: ReadonlyMap<QuestionId, number>, listed: readonly PageQuestion[]): PageRun {
  return { ...run, score: listed.map(({ question }) => scores.get(question.id) ?? null) };
}

function withoutPairs({ settings, groups, files, prior, noise, kind }: BranchComparison["comparison"]) {
  return { kind, settings, groups, files, prior, noise };
}

async function manifestsOf({ base, branch, models }: ComparedRuns): Promise<PageManifest[]> {
  const names = [models.base, models.tuned];
  const of = async (side: RecordedSide): Promise<PageManifest[]> =>
    (await readManifests(side.output, names, [models.judge])).map(({ name, content }) => ({
      name: `${side.branch}: ${name}`,
      content,
    }));
  return [...(await of(branch)), ...(await of(base))];
}

async function ratingsOf({ base, branch, models }: ComparedRuns): Promise<ShownRating[]> {
  const names = [models.base, models.tuned];
  const ofBranch = await shownRatings(branch, names);
  return branch.output.folder === base.output.folder ? ofBranch : [...ofBranch, ...(await shownRatings(base, names))];
}
