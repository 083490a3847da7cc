import { requestFailureReasons, type ChatMessage } from "../server/chat-model.js";

/** One multiple-choice question with its right answer. */
export interface McqDoc {
  /** position in the task's test file, from 0: lm-eval's `doc_id` */
  readonly id: number;
  readonly question: string;
  /** as they stand in the data: never trimmed */
  readonly choices: readonly string[];
  /** index of the right choice */
  readonly gold: number;
  /** the row as lm-eval hashes it, keys in their order */
  readonly row: Readonly<Record<string, unknown>>;
}

/** What a model's choice is read from: the letters A, B, … or the texts of the choices. Two protocols, never mixed in one figure. */
export type ContinuationForm = "letters" | "texts";

/** Where a task was read, and what tells its data from others. */
export interface McqSource {
  readonly path: string;
  /** of all that was read, the examples too; in hex */
  readonly sha256: string;
  /** of the files of the questions alone; in hex */
  readonly questionsSha256?: string;
}

/** A named set of questions with one accuracy, lm-eval's leaf task. */
export interface McqTask {
  /** `mmlu_anatomy`, or the `task:` of a yaml file */
  readonly name: string;
  /** what reports print, `anatomy` */
  readonly alias: string;
  /** one of `mmluCategories` for MMLU's subjects */
  readonly category?: string;
  readonly form: ContinuationForm;
  /** stands before the first example; empty for branch tasks */
  readonly description: string;
  readonly docs: readonly McqDoc[];
  /** the examples shown before one question, in order; empty at 0 shots */
  readonly fewShots: (doc: McqDoc) => readonly McqDoc[];
  /** where it was read, for messages and manifests */
  readonly source: McqSource;
  /** tags of its yaml file, such as `mmlu_pr`; absent for MMLU */
  readonly tags?: readonly string[];
  /** how many examples are shown where there are as many: a yaml file may fix 0; absent where it is the number asked for */
  readonly shots?: number;
}

/** What a model sees before its choice: a text to be continued, or the messages of a chat. */
export type McqContext =
  | {
      readonly kind: "text";
      readonly text: string;
      /** of what the text was put together, if it was: a changed text goes without them. In a `WeakMap` beside it most of them grew old (docs/decisions/0011-mmlu.md). */
      readonly parts?: PromptParts;
    }
  | { readonly kind: "chat"; readonly messages: readonly ChatMessage[] };

/** A text whose beginning many questions share: that is written as JSON, and copied to a thread with many of them, only once. */
export interface PromptParts {
  readonly head: PromptHead;
  readonly asked: string;
}

/** What stands before the question: mostly the same for all questions of a task, and most of the prompt. */
export interface PromptHead {
  readonly text: string;
  /** whether it ends with half of a surrogate pair, which is another text apart from the other half */
  readonly endsHalfway: boolean;
  /** `text` as JSON without the closing quote, once it was asked for */
  json: string | undefined;
}

/** One question as it is put to a model. */
export interface McqPrompt {
  readonly context: McqContext;
  /** what the context may be continued with, one per choice: `" A"`, `"A"` in a chat, or `" "` and the text of the choice */
  readonly continuations: readonly string[];
}

/** How a choice was found. */
export type McqWay =
  /** next-token log-probabilities of the letters, one request */
  | "letters"
  /** summed log-probabilities of each continuation, one request a choice */
  | "full"
  /** as `full`, since no letter was listed or a tie reached the end of the list */
  | "letters-fallback"
  /** read from a written answer */
  | "generate";

/** Why a question came to nothing. */
export const mcqFailureReasons = [
  ...requestFailureReasons,
  /** no letter is among the listed tokens, and there is no echo to score the choices in full */
  "no-letter",
  /** a written answer that the token limit cut off before it named a choice */
  "cut-off",
] as const;

/** What one question came to. */
export type McqOutcome =
  | {
      readonly kind: "chosen";
      /** index of the choice; ties go to the lowest */
      readonly choice: number;
      readonly way: McqWay;
      /** natural logarithms, one per choice; null where it is not known. Empty for `generate`. */
      readonly logprobs: readonly (number | null)[];
      /** which strings or ids stood for the letters, such as `" A"` or `"id"`, where that was decided from the reply */
      readonly matched?: string;
      /** the written answer, for `generate` */
      readonly text?: string;
      /** the written answer was cut off by the token limit after it had named the choice; absent otherwise */
      readonly cut?: true;
      /**
       * Questions put to the model: each counts once, however often it was tried, and without what the server's tokenizer was asked for
       * it. So it is for all kinds of outcomes.
       */
      readonly requests: number;
      readonly promptTokens: number;
      readonly completionTokens: number;
    }
  | {
      /** an answer that ended and names no choice (`generate`): counts as wrong, and is shown */
      readonly kind: "unreadable";
      readonly way: "generate";
      readonly text: string;
      readonly requests: number;
      readonly promptTokens: number;
      readonly completionTokens: number;
    }
  | {
      readonly kind: "failed";
      readonly reason: (typeof mcqFailureReasons)[number];
      readonly message: string;
      readonly requests: number;
    };
