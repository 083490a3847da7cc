import { EvalError } from "../eval-error.js";
import type { ContinuationForm, McqOutcome } from "./multiple-choice.js";

/** What the outcomes of a run look like so far, by what is scored: each form is asked in its own way and is judged alone. */
export type ScoringTally = Map<ContinuationForm, FormTally>;

/** A few numbers, however long the run is. */
interface FormTally {
  /** questions whose choice was found by log-probabilities, each with at least two of them */
  compared: number;
  /** those of which all log-probabilities are the same */
  allEqual: number;
  /** questions of the mode `letters` that came to something */
  lettersAsked: number;
  /** those that came to nothing since no letter was listed */
  letterless: number;
  /** written answers that ended */
  written: number;
  /** those that name no choice */
  unreadable: number;
}

/** Nothing counted yet. */
export function scoringTally(): ScoringTally {
  return new Map();
}

/** Adds an outcome, also one that an earlier run recorded. */
export function countOutcome(tallies: ScoringTally, form: ContinuationForm, outcome: McqOutcome): void {
  const tally = tallies.get(form) ?? {
    compared: 0,
    allEqual: 0,
    lettersAsked: 0,
    letterless: 0,
    written: 0,
    unreadable: 0,
  };
  tallies.set(form, tally);
  if (outcome.kind === "failed") {
    if (outcome.reason !== "no-letter") return;
    tally.lettersAsked += 1;
    tally.letterless += 1;
    return;
  }
  if (outcome.way === "letters" || outcome.way === "letters-fallback") tally.lettersAsked += 1;
  if (outcome.way === "generate") tally.written += 1;
  if (outcome.kind === "unreadable") {
    tally.unreadable += 1;
    return;
  }
  if (knownLogprobs(outcome).length < 2) return;
  tally.compared += 1;
  if (isUndecided(outcome)) tally.allEqual += 1;
}

/** Whether an outcome shows what brokenScoring ends a run for; of a server that does what it is asked some outcomes are like that, too. */
export function isDoubtful(outcome: McqOutcome): boolean {
  return outcome.kind === "unreadable" || isUndecided(outcome);
}

/** Whether an outcome has several log-probabilities that are all the same. */
export function isUndecided(outcome: McqOutcome): boolean {
  if (outcome.kind !== "chosen") return false;
  const known = knownLogprobs(outcome);
  return known.length >= 2 && known.every((logprob) => logprob === known[0]);
}

function knownLogprobs({ logprobs }: Extract<McqOutcome, { kind: "chosen" }>): number[] {
  return logprobs.filter((logprob) => logprob !== null);
}

/** fewer questions say nothing: a model may be undecided about some */
const leastQuestions = 20;
/** real models give four equal numbers to a question now and then, as they count in 16 bits */
const mostEqualShare = 0.25;
const mostLetterlessShare = 0.01;
/** of a model that was not trained to answer at all now and then an answer can be read */
const mostUnreadableShare = 0.95;
/** a run of fewer answers may have none that can be read */
const leastWritten = 3;
/** a run of fewer questions may have one that has no letter */
const leastLetterless = 3;

/**
 * Why these outcomes are those of a server that does not do what it was asked, rather than those of a weak model; undefined where they
 * are not. Such a server makes lm-eval report the share of questions whose right answer is A, 0.2295, or 0.0, without a word.
 *
 * @param when `going` while more questions come, `end` when there are no more: then a few must do
 */
export function brokenScoring(tallies: ScoringTally, when: "going" | "end"): EvalError | undefined {
  for (const [form, tally] of tallies) {
    const found = brokenForm(tally, when, tallies.size > 1 ? ` scored by ${form}` : "");
    if (found !== undefined) return found;
  }
  return undefined;
}

function brokenForm(tally: FormTally, when: "going" | "end", scoredBy: string): EvalError | undefined {
  const { compared, allEqual, lettersAsked, letterless, written, unreadable } = tally;
  const least = when === "going" ? leastQuestions : 2;
  if (compared >= least && allEqual / compared > (compared < leastQuestions ? 0.999 : mostEqualShare))
    return new EvalError(
      "server",
      `the server gives every choice of a question the same log-probability (${allEqual} of ${compared} questions${scoredBy}): it does not score what it is sent`,
      {
        hint: "no score is reported, since it would be the share of questions whose answer is A; those answers are dropped; run again with a server that does",
      },
    );
  if (
    written >= (when === "going" ? leastQuestions : leastWritten) &&
    unreadable / written > (written < leastQuestions ? 0.999 : mostUnreadableShare)
  )
    return new EvalError(
      "server",
      `no choice can be read from ${unreadable} of ${written} written answers${scoredBy}: the server or its model does not do what it is asked`,
      {
        hint: "no score is reported, since it would be about 0 whatever the model knows; those answers are dropped; ask the model one question to see what it writes, or use --mode letters where the server lists tokens",
      },
    );
  const many = Math.max(leastLetterless, mostLetterlessShare * lettersAsked);
  if (lettersAsked >= leastQuestions && letterless > many)
    return new EvalError(
      "server",
      `for ${letterless} of ${lettersAsked} questions${scoredBy} no letter is among the most probable tokens that the server lists, and it has no echo to score them in full`,
      { hint: "such a score would say how often a letter is listed; --mode generate asks for written answers" },
    );
  if (when === "end" && lettersAsked > 0 && letterless === lettersAsked)
    return new EvalError(
      "server",
      `for none of the questions${scoredBy} a letter is among the most probable tokens that the server lists`,
      {
        hint: "--mode generate asks for written answers",
      },
    );
  return undefined;
}
