import type { McqDoc } from "../scoring/multiple-choice.js";
import { pythonRandom } from "../python-random.js";

/** Which examples are shown before a question. */
export interface FewShotRule {
  readonly count: number;
  readonly sampler:
    /** Python's `Random(1234).sample`, whose state goes on from question to question */
    | "random"
    /** the first ones of the pool */
    | "first";
  /** what becomes of a question that is among its own examples */
  readonly itself:
    /** it is shown, with its answer */
    | "shown"
    /** it is left out, so that there is one example less */
    | "left-out"
    /** one more is drawn each time, and it is left out or the last one is */
    | "replaced";
}

/** lm-eval's seed for examples. */
const seed = 1234;

/**
 * The examples before each question. All are drawn at once, since which ones a question gets depends on how many were asked before it.
 * Where the pool is smaller than asked for, all of it is shown.
 *
 * @param docs the questions in the order of their file
 * @param pool what examples are drawn from; may be `docs`
 */
export function fewShotsOf(
  docs: readonly McqDoc[],
  pool: readonly McqDoc[],
  rule: FewShotRule,
): (doc: McqDoc) => readonly McqDoc[] {
  if (rule.count === 0) return () => [];
  let drawn: ReadonlyMap<number, readonly McqDoc[]> | undefined;
  return (doc) => {
    drawn ??= drawAll(docs, pool, rule);
    return drawn.get(doc.id) ?? [];
  };
}

function drawAll(
  docs: readonly McqDoc[],
  pool: readonly McqDoc[],
  { count, sampler, itself }: FewShotRule,
): ReadonlyMap<number, readonly McqDoc[]> {
  const random = pythonRandom(seed);
  const wanted = Math.min(pool.length, itself === "replaced" ? count + 1 : count);
  return new Map(
    docs.map((doc) => {
      const examples =
        sampler === "first"
          ? pool.slice(0, wanted)
          : random.sample(pool.length, wanted).flatMap((index) => pool[index] ?? []);
      const others = itself === "shown" ? examples : examples.filter((example) => !isSameQuestion(example, doc));
      return [doc.id, others.slice(0, count)];
    }),
  );
}

/** A question that stands twice in a file gives its answer away too. */
function isSameQuestion(left: McqDoc, right: McqDoc): boolean {
  return (
    left === right ||
    (left.question === right.question &&
      left.choices.length === right.choices.length &&
      left.choices.every((choice, index) => choice === right.choices[index]))
  );
}
