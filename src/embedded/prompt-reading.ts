import type { Candidate } from "./candidate.js";
import type { Continuation, Expectation } from "./continuation.js";
import { answerTo } from "./continuation.js";

/** What a prompt without a cue is continued with. */
export const cueTokens: readonly string[] = ["\n", "Answer", ":"];

const cueLabels: ReadonlySet<string> = new Set(["answer", "response", "assistant"]);

/**
 * Follows a prompt of the completions endpoint. Few-shot prompts hold several questions, each before its `Answer:`; at
 * each the answer to the text since the one before is expected. A text without such a cue is expected to get one.
 */
export function readPrompt(candidate: Candidate): Continuation {
  const tokens: string[] = [];
  let previousCue: number | undefined;
  let answer: Continuation | undefined;
  const question = (): string => {
    const text = tokens.slice(previousCue ?? 0, -2).join("");
    // What follows a cue on its own line answers the question before it.
    return previousCue === undefined || !text.includes("\n") ? text : text.slice(text.indexOf("\n") + 1);
  };
  return {
    expects: () => answer?.expects() ?? expectCue(tokens),
    accept: (token) => {
      tokens.push(token);
      if (endsInCue(tokens)) {
        answer = answerTo(question(), candidate, "after-cue");
        previousCue = tokens.length;
      } else {
        answer?.accept(token);
      }
    },
  };
}

/** `Answer:` at the start of a line. */
function endsInCue(tokens: readonly string[]): boolean {
  const [before, label, colon] = tokens.length === 2 ? ["\n", ...tokens] : tokens.slice(-3);
  return colon === ":" && before === "\n" && label !== undefined && cueLabels.has(label.trim().toLowerCase());
}

function expectCue(tokens: readonly string[]): Expectation {
  const [before, last] = [tokens.at(-2) ?? "\n", tokens.at(-1)];
  const next = last === "Answer" && before === "\n" ? ":" : last === "\n" ? "Answer" : "\n";
  return new Map([[next, 1]]);
}
