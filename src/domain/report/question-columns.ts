import type { RatedJudgment } from "../mt-bench/judgment.js";
import type { QuestionRow } from "./question-rows.js";
import type { Column } from "../table.js";
import { columnMakers } from "../table.js";

const { text, whole, number, time, flag } = columnMakers<QuestionRow>();

/** The columns of one judged turn, facts first and texts last. */
export const questionColumns: readonly Column<QuestionRow>[] = [
  text(["bench", 16], "benchmark", ({ bench }) => bench),
  text(["branch", 14], "taxonomy branch; empty where there is none", ({ branch }) => branch),
  text(["model", 24], "candidate", ({ model }) => model),
  text(["judge", 24], "judge", ({ judge }) => judge),
  {
    ...text(["question_id", 14], "id in the question set", () => null),
    // numbers stay numbers
    valueOf: ({ question }) => question.id,
  },
  text(["category", 14], "category of the question", ({ question }) => question.category),
  text(["qna_file", 36], "taxonomy file that the question comes from", ({ question }) => question.qnaFile),
  whole("turn", "turn of the conversation, from 1", ({ turn }) => turn),
  whole("choice", "repeat of the answer, from 0", ({ choice }) => choice),
  whole("repeat", "repeat of the judgment, from 0", ({ repeat }) => repeat),
  number("score", "1 to 10; empty where there is none", ({ outcome }) =>
    outcome.kind === "scored" ? outcome.score : null,
  ),
  text(
    ["outcome", 12],
    "scored; unscored: the judge's reply holds no usable rating; failed: no reply from the judge; not judged; unanswered",
    ({ outcome }) => outcome.kind,
  ),
  text(["reason", 18], "why there is no score", ({ outcome }) => ("reason" in outcome ? outcome.reason : null)),
  flag("stale", "the answer changed since it was judged: the score is in no mean", ({ stale }) => stale),
  flag("truncated", "the answer was cut off by the token limit", ({ answerTurn }) =>
    answerTurn?.finishReason === undefined ? null : answerTurn.finishReason === "length",
  ),
  text(["finish_reason", 12], "why the candidate stopped", ({ answerTurn }) => answerTurn?.finishReason),
  whole("prompt_tokens", "of the candidate", ({ answerTurn }) => answerTurn?.usage?.promptTokens),
  whole("completion_tokens", "of the candidate", ({ answerTurn }) => answerTurn?.usage?.completionTokens),
  whole("latency_ms", "of the candidate's reply", ({ answerTurn }) => rounded(answerTurn?.latencyMs)),
  whole("attempts", "tries that the candidate's reply took", ({ answerTurn }) => answerTurn?.attempts),
  text(["judge_finish_reason", 12], "why the judge stopped", (row) => rated(row)?.finishReason),
  whole("judge_prompt_tokens", "of the judge", (row) => rated(row)?.usage?.promptTokens),
  whole("judge_completion_tokens", "of the judge", (row) => rated(row)?.usage?.completionTokens),
  whole("judge_latency_ms", "of the judge's reply", (row) => rounded(rated(row)?.latencyMs)),
  whole("judge_attempts", "tries that the judge's reply took", (row) => rated(row)?.attempts),
  time("answered_at", "when the answer was finished, UTC", ({ answer }) => known(answer?.tstamp)),
  time("judged_at", "when the judgment was finished, UTC", ({ judgment }) => known(judgment?.tstamp)),
  text(["question", 50], "what the candidate was asked in this turn", ({ question, turn }) => question.turns[turn - 1]),
  text(["answer", 50], "what the candidate answered in this turn", ({ answerTurn }) => answerTurn?.text),
  text(["reference", 40], "the reference answer of this turn", ({ reference }) => reference),
  text(["judgment", 50], "the judge's reply, or what went wrong", ({ judgment }) =>
    judgment?.kind === "rated" ? judgment.text : judgment?.message,
  ),
  text(
    ["answer_reasoning", 30],
    "the candidate's thinking, where it was recorded",
    ({ answerTurn }) => answerTurn?.reasoning,
  ),
  text(["judge_reasoning", 30], "the judge's thinking, where it was recorded", (row) => rated(row)?.reasoning),
  text(["judge_prompt", 18], "name of the judge's prompt", ({ judgment }) => judgment?.promptName),
  text(["judge_prompt_sha256", 18], "hash of the judge's prompt", ({ judgment }) => judgment?.promptHash),
  text(["answer_hash", 18], "hash of the texts as they are now", ({ answerHash }) => answerHash),
  text(["judged_hash", 18], "hash of the texts that were judged", ({ judgment }) => judgment?.answerHash),
  text(["answer_id", 18], "id of the answer record", ({ answer }) => answer?.answerId),
];

function rated({ judgment }: QuestionRow): RatedJudgment | undefined {
  return judgment?.kind === "rated" ? judgment : undefined;
}

/** Files of other tools may lack the time, which is read as 0. */
function known(seconds: number | undefined): number | null {
  return seconds === undefined || seconds <= 0 ? null : seconds;
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}
