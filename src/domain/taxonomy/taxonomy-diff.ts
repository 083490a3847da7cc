import { z } from "zod";
import { findingCountsSchema, findingSchema } from "./finding.js";
import type { QnaExample, QnaFile } from "./qna.js";
import { qnaExampleSchema } from "./qna.js";
import { compareCodePoints } from "./taxonomy-file.js";

/** A file of one side, with the git id of its content. */
export type DiffFile = QnaFile & { readonly blob: string };

export const changeKinds = [
  "added",
  "question edited",
  "answer edited",
  "context edited",
  "moved",
  "removed",
  "unchanged",
] as const;

type ChangeKind = (typeof changeKinds)[number];

const fields = ["question", "context", "answer"] as const;

const exampleChangeSchema = z.strictObject({
  kind: z.enum(changeKinds),
  edited: z
    .array(z.enum(fields))
    .readonly()
    .describe("the parts that differ; the first of question, context and answer decides the kind"),
  before: qnaExampleSchema.optional().describe("left out for an added one"),
  after: qnaExampleSchema.optional().describe("left out for a removed one"),
});

/** What became of one example. */
export type ExampleChange = z.infer<typeof exampleChangeSchema>;

const fileChangeSchema = z.strictObject({
  kind: z.enum(["added", "changed", "moved", "removed"]),
  path: z.string(),
  from: z.string().optional().describe("where a moved file lay"),
});

/** What became of one `qna.yaml`. A moved file is a new one whose known examples all come from one file that is gone. */
export type FileChange = z.infer<typeof fileChangeSchema>;

const changesSchema = z.strictObject({
  files: z.array(fileChangeSchema).readonly(),
  examples: z.array(exampleChangeSchema).readonly().describe("by file and line, the unchanged ones too"),
  counts: z.record(z.enum(changeKinds), z.number().int().nonnegative()).readonly(),
});

export type TaxonomyDiff = z.infer<typeof changesSchema>;

const diffSideSchema = z.strictObject({
  branch: z.string().nullable().describe("as it was named; null for the work tree"),
  commit: z.string().nullable().describe("null for the work tree"),
  files: z.number().int().nonnegative(),
  examples: z.number().int().nonnegative(),
});

/** The JSON form of what a branch changes. */
export const taxonomyDiffSchema = z.strictObject({
  kind: z.literal("taxonomy-diff"),
  base: diffSideSchema.describe(
    "its commit is the tip; files and examples are those of the merge base where there is one",
  ),
  head: diffSideSchema,
  mergeBase: z.string().nullable().describe("where the branch left the base; null for a two-dot comparison"),
  ...changesSchema.shape,
  findingCounts: findingCountsSchema,
  findings: z.array(findingSchema).readonly().describe("what could not be read on the branch's side"),
});

export type TaxonomyDiffSummary = z.infer<typeof taxonomyDiffSchema>;

/** Compares two states of a taxonomy, example by example. Examples are matched by what they say, not by their place. */
export function diffTaxonomies(before: readonly DiffFile[], after: readonly DiffFile[]): TaxonomyDiff {
  const matcher = new Matcher(
    before.flatMap(({ examples }) => examples),
    after.flatMap(({ examples }) => examples),
  );
  for (const key of matchKeys) matcher.match(key);
  matcher.matchSimilar();
  const examples = matcher.changes().sort(compareChanges);
  return { files: diffFiles(before, after, examples), examples, counts: countChanges(examples) };
}

function countChanges(changes: readonly ExampleChange[]): TaxonomyDiff["counts"] {
  const counts: Record<ChangeKind, number> = {
    added: 0,
    "question edited": 0,
    "answer edited": 0,
    "context edited": 0,
    moved: 0,
    removed: 0,
    unchanged: 0,
  };
  for (const { kind } of changes) counts[kind]++;
  return counts;
}

type MatchKey = (example: QnaExample) => string;

const whole: MatchKey = ({ question, context, answer }) => JSON.stringify([question, context, answer]);
const asked: MatchKey = ({ question, context }) => JSON.stringify([question, context]);

/** An answer of one word says little about which question it belonged to. */
const telling = ({ answer, file, position }: QnaExample): string =>
  answer.length >= 20 ? answer : `${answer} ${file} ${position}`;

/** From the surest sign that two examples are the same one to the weakest; those in the same file come first. */
const matchKeys: readonly MatchKey[] = [
  (example) => JSON.stringify([example.file, whole(example)]),
  whole,
  (example) => JSON.stringify([example.file, asked(example)]),
  (example) => JSON.stringify([example.file, example.question, example.answer]),
  (example) => JSON.stringify([example.file, example.context, telling(example)]),
  asked,
  (example) => JSON.stringify([example.question, example.answer]),
  (example) => JSON.stringify([example.file, telling(example)]),
  (example) => JSON.stringify([example.file, example.question]),
];

/** Larger files are not searched for similar questions, which takes the square of their size. */
const maxSimilar = 300;
const minSimilarity = 0.5;

class Matcher {
  #before: QnaExample[];
  #after: QnaExample[];
  readonly #pairs: { readonly before: QnaExample; readonly after: QnaExample }[] = [];

  constructor(before: QnaExample[], after: QnaExample[]) {
    this.#before = before;
    this.#after = after;
  }

  /** Pairs what has the same key, in order. */
  match(key: MatchKey): void {
    if (this.#before.length === 0 || this.#after.length === 0) return;
    const open = new Map<string, QnaExample[]>();
    for (const example of this.#before) push(open, key(example), example);
    for (const list of open.values()) list.reverse();
    const left = new Set(this.#before);
    this.#after = this.#after.filter((after) => {
      const before = open.get(key(after))?.pop();
      if (before === undefined) return true;
      left.delete(before);
      this.#pairs.push({ before, after });
      return false;
    });
    this.#before = this.#before.filter((example) => left.has(example));
  }

  /** Pairs questions of one file that share most of their words: both question and answer were edited. */
  matchSimilar(): void {
    const byFile = new Map<string, QnaExample[]>();
    for (const example of this.#before) push(byFile, example.file, example);
    const matched = new Set<QnaExample>();
    for (const after of this.#after) {
      const candidates = byFile.get(after.file) ?? [];
      if (candidates.length > maxSimilar) continue;
      const words = wordsOf(after);
      const [best] = candidates
        .filter((before) => !matched.has(before))
        .map((before) => ({ before, similarity: similarity(wordsOf(before), words) }))
        .filter((candidate) => candidate.similarity >= minSimilarity)
        .sort((left, right) => right.similarity - left.similarity);
      if (best === undefined) continue;
      matched.add(best.before).add(after);
      this.#pairs.push({ before: best.before, after });
    }
    this.#before = this.#before.filter((example) => !matched.has(example));
    this.#after = this.#after.filter((example) => !matched.has(example));
  }

  changes(): ExampleChange[] {
    return [
      ...this.#pairs.map(({ before, after }) => pairChange(before, after)),
      ...this.#before.map((before): ExampleChange => ({ kind: "removed", edited: [], before, after: undefined })),
      ...this.#after.map((after): ExampleChange => ({ kind: "added", edited: [], before: undefined, after })),
    ];
  }
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function wordsOf({ question, context }: QnaExample): ReadonlySet<string> {
  return new Set(`${question} ${context ?? ""}`.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** Dice's coefficient: 1 for the same words, 0 for none in common. */
function similarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of left) if (right.has(word)) shared++;
  return left.size + right.size === 0 ? 0 : (2 * shared) / (left.size + right.size);
}

function pairChange(before: QnaExample, after: QnaExample): ExampleChange {
  const edited = fields.filter((field) => before[field] !== after[field]);
  const [first] = edited;
  const kind =
    first === undefined ? (before.file === after.file ? "unchanged" : "moved") : (`${first} edited` as const);
  return { kind, edited, before, after };
}

function compareChanges(left: ExampleChange, right: ExampleChange): number {
  const [one, other] = [left.after ?? left.before, right.after ?? right.before];
  if (one === undefined || other === undefined) return 0;
  return (
    compareCodePoints(one.file, other.file) ||
    one.line - other.line ||
    one.position - other.position ||
    changeKinds.indexOf(left.kind) - changeKinds.indexOf(right.kind)
  );
}

function diffFiles(
  before: readonly DiffFile[],
  after: readonly DiffFile[],
  examples: readonly ExampleChange[],
): FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const current = new Map(after.map((file) => [file.path, file]));
  const origins = movedFrom(examples);
  const changes: FileChange[] = [];
  const left = new Set<string>();
  for (const { path, blob } of after) {
    const earlier = old.get(path);
    const from = [...(origins.get(path) ?? [])];
    const [only] = from;
    if (earlier !== undefined) {
      if (earlier.blob !== blob) changes.push({ kind: "changed", path, from: undefined });
    } else if (from.length === 1 && only !== undefined && old.has(only) && !current.has(only) && !left.has(only)) {
      left.add(only);
      changes.push({ kind: "moved", path, from: only });
    } else changes.push({ kind: "added", path, from: undefined });
  }
  for (const { path } of before)
    if (!current.has(path) && !left.has(path)) changes.push({ kind: "removed", path, from: undefined });
  return changes.sort((one, other) => compareCodePoints(one.path, other.path));
}

/** The files from which the known examples of each file came. */
function movedFrom(examples: readonly ExampleChange[]): ReadonlyMap<string, ReadonlySet<string>> {
  const origins = new Map<string, Set<string>>();
  for (const { before, after } of examples) {
    if (after === undefined || before === undefined) continue;
    const known = origins.get(after.file);
    if (known === undefined) origins.set(after.file, new Set([before.file]));
    else known.add(before.file);
  }
  return origins;
}
