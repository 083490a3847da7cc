import type { JudgmentFacts } from "./judgment.js";
import type { QuestionId } from "./question.js";

/** What a report needs to know of one answer. */
export interface AnswerSummary {
  readonly questionId: QuestionId;
  /** undefined for a complete answer */
  readonly failure: string | undefined;
  /** turns that were answered, over all choices */
  readonly turns: number;
  /** answered turns that were cut off by the token limit */
  readonly truncated: number;
  /** answered turns without any text */
  readonly empty: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What a report needs to know of one judgment. */
export interface JudgmentSummary extends Pick<JudgmentFacts, "questionId" | "turn" | "choice" | "promptName"> {
  /** repeat of this judgment, from 0 */
  readonly repeat: number;
  readonly outcome:
    | { readonly kind: "scored"; readonly score: number }
    | { readonly kind: "unscored" | "failed"; readonly reason: string };
  /** the answer has changed since it was judged */
  readonly stale: boolean;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface QuestionSummary {
  readonly id: QuestionId;
  readonly category: string;
  /** number of turns */
  readonly turns: number;
  /** the taxonomy file it comes from */
  readonly qnaFile?: string;
}

/** Everything that one judge said of one candidate. */
export interface ScoredModel {
  readonly model: string;
  readonly judge: string;
  /** undefined where only judgments are at hand */
  readonly answers: readonly AnswerSummary[] | undefined;
  readonly judgments: readonly JudgmentSummary[];
  /** answers that were asked for per question */
  readonly choices: number;
  /** judgments per answered turn; 1 where left out */
  readonly repeats?: number;
  readonly promptsSource: string | undefined;
  readonly referencesSource: string | undefined;
  /** how the answers were sampled, in words */
  readonly sampling: string | undefined;
  /** what else the reader should know */
  readonly notes?: readonly string[];
}
