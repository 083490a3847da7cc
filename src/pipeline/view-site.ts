import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import type { HumanRating, ShownRating } from "../domain/mt-bench/human-rating.js";
import { givenRatingSchema } from "../domain/mt-bench/human-rating.js";
import type { OutputTree } from "../io/output-tree.js";
import { readPageAssets } from "../io/page-assets.js";
import type { ViewSite } from "../io/view-server.js";
import { viewPage } from "../render/view-page.js";
import { questionsOfSet } from "./questions-of-set.js";
import type { QuestionFile } from "../io/question-file.js";
import { shownRatings } from "./shown-ratings.js";
import { rateAnswer } from "./rate-answer.js";
import type { ViewInput, ViewPages } from "./view-pages.js";
import { gone, judgedSet, pageChoiceSchema, viewPages } from "./view-pages.js";
import type { ViewRuns } from "./view-runs.js";
import { viewRuns } from "./view-runs.js";

const chunkSchema = z.strictObject({ page: z.string(), number: z.coerce.number().int().nonnegative() });
/** `against` holds the questions that `set` has no longer */
const setsSchema = z.strictObject({ set: z.string(), against: z.string().optional() });
const ratingSchema = setsSchema.extend({ rating: givenRatingSchema });

interface Parts {
  readonly input: ViewInput;
  readonly runs: ViewRuns;
  readonly pages: ViewPages;
}

/**
 * What the viewer serves of an output folder. Nothing is written but ratings.
 *
 * @throws EvalError `input` where the folder cannot be read or the page is not built
 */
export async function viewSite(input: ViewInput): Promise<ViewSite> {
  const runs = viewRuns(input.outputDir, input.intervalMs === undefined ? {} : { intervalMs: input.intervalMs });
  const parts = { input, runs, pages: viewPages(input, runs) };
  const page = viewPage(await readPageAssets("view"));
  // a folder that is none is said at once, not in the browser
  await runs.list();
  return {
    page: () => Promise.resolve(page),
    changes: (signal) => runs.changes(signal),
    // not an object: every object has a "constructor"
    read: async (name, query) => readers.get(name)?.(parts, query),
    write: async (name, body) => (name === "rating" ? keepRating(parts, checked(ratingSchema, body)) : undefined),
  };
}

type Query = Readonly<Record<string, string>>;

const readers: ReadonlyMap<string, (parts: Parts, query: Query) => Promise<unknown>> = new Map(
  Object.entries({
    listing: async ({ runs }: Parts) => runs.list(),
    page: async ({ pages }: Parts, query: Query) => pages.open(checked(pageChoiceSchema, query)),
    chunk: async ({ pages }: Parts, query: Query) => {
      const { page, number } = checked(chunkSchema, query);
      return pages.chunk(page, number);
    },
    ratings: async (parts: Parts, query: Query) => {
      const ratings: ShownRating[] = [];
      for (const place of await placesOf(parts, checked(setsSchema, query)))
        ratings.push(...(await shownRatings(place)));
      return ratings;
    },
  }),
);

async function keepRating(parts: Parts, body: z.infer<typeof ratingSchema>): Promise<HumanRating> {
  const { rating, ...sets } = body;
  const places = await placesOf(parts, sets);
  const [first] = places;
  const place = places.find(({ questions }) => new Set(questions.keys.ids).has(rating.question_id)) ?? first;
  if (place === undefined) throw gone();
  return rateAnswer(rating, place, new Date());
}

interface Place {
  readonly output: OutputTree;
  readonly questions: QuestionFile;
}

async function placesOf({ input, runs }: Parts, sets: z.infer<typeof setsSchema>): Promise<Place[]> {
  const ids = sets.against === undefined ? [sets.set] : [sets.set, sets.against];
  return Promise.all(
    ids.map(async (id) => {
      const { output } = await judgedSet(runs, id);
      return { output, questions: await questionsOfSet({ ...input, output }) };
    }),
  );
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new EvalError("input", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}
