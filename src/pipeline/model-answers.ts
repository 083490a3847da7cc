import type { Answer } from "../domain/mt-bench/answer.js";
import type { TokenUsage } from "../domain/server/chat-model.js";
import { counted } from "../domain/counted.js";
import { judgedJsonHashes } from "../domain/mt-bench/judge-prompt.js";
import type { AnswerManifest } from "../domain/mt-bench/manifest.js";
import { answerManifestSchema } from "../domain/mt-bench/manifest.js";
import type { Question, QuestionId } from "../domain/mt-bench/question.js";
import type { AnswerSummary } from "../domain/mt-bench/scored-model.js";
import type { ReadAnswer } from "../io/answer-file.js";
import { readAnswerGroups, readFailedAnswers } from "../io/answer-file.js";
import { readJsonFile } from "../io/json-file.js";
import type { RecordPaths } from "../io/output-tree.js";

/** A judgment as far as it says what text it is of. */
export interface HashedJudgment {
  readonly choice: number;
  readonly turn: number;
  /** undefined in files of other tools */
  readonly answerHash: string | undefined;
  /** set where the text is another now */
  stale: boolean;
}

export interface ModelAnswers {
  readonly summaries: readonly AnswerSummary[];
  readonly sampling: string | undefined;
  /** answers that were asked for per question */
  readonly choices: number;
  readonly notes: readonly string[];
}

export interface AnswerReading {
  readonly questions: ReadonlyMap<QuestionId, Question>;
  /** a question's turns as JSON */
  readonly turnsJson: (question: Question) => readonly string[];
  /** is told of each answer with its texts, of several to one question in turn; what it returns is waited for */
  readonly onAnswer: (answer: Answer) => Promise<void> | undefined;
}

/**
 * Reads what a model answered, and marks the judgments whose text has changed since. undefined where the tree holds no answers of that name, as
 * with judgments copied from elsewhere.
 */
export async function readModelAnswers(
  paths: RecordPaths,
  judgments: ReadonlyMap<QuestionId, readonly HashedJudgment[]>,
  { questions, turnsJson, onAnswer }: AnswerReading,
): Promise<ModelAnswers | undefined> {
  const seen = new Set<QuestionId>();
  // by its last line
  const answered = new Set<QuestionId>();
  // a failure of a later run takes the place of another tool's error marker
  const summaries = new Map<QuestionId, AnswerSummary>();
  const add = (read: Pick<ReadAnswer, "answer" | "turnsJson">): Promise<void> | undefined => {
    const { answer } = read;
    const question = questions.get(answer.questionId);
    if (question === undefined) return undefined;
    summaries.set(question.id, summarizeAnswer(answer));
    markStale(
      judgments.get(question.id) ?? [],
      isAsJudged(() => turnsJson(question), read),
    );
    return onAnswer(answer);
  };
  let replaced = 0;
  for await (const group of readAnswerGroups(paths.records))
    for (const read of group) {
      const id = read.answer.questionId;
      if (seen.has(id)) replaced++;
      seen.add(id);
      if (read.answer.kind === "answered") answered.add(id);
      else answered.delete(id);
      const wait = add(read);
      if (wait !== undefined) await wait;
    }
  for (const failed of (await readFailedAnswers(paths.failed, answered)).values()) await add({ answer: failed });
  if (summaries.size === 0) return undefined;
  for (const [id, ofQuestion] of judgments) if (!summaries.has(id)) markStale(ofQuestion, () => false);
  const manifest = await readJsonFile(paths.manifest, answerManifestSchema);
  return {
    summaries: [...summaries.values()],
    sampling: sampling(manifest),
    choices: manifest?.settings.num_choices ?? 1,
    notes:
      replaced === 0
        ? []
        : [
            `${counted(replaced, "line")} of the answer file: a later line answers the same question, and that one counts`,
          ],
  };
}

/** Compares at once: hashes that are kept for later take more memory than all else that is kept of an answer. */
function markStale(judgments: readonly HashedJudgment[], isSame: (judgment: HashedJudgment) => boolean): void {
  for (const judgment of judgments) if (judgment.answerHash !== undefined) judgment.stale = !isSame(judgment);
}

/** Whether a judgment is of the texts as they are now. Hashes are made once a choice, and of a choice that a judgment names. */
function isAsJudged(
  questionJson: () => readonly string[],
  { answer, turnsJson = [] }: Pick<ReadAnswer, "answer" | "turnsJson">,
): (judgment: HashedJudgment) => boolean {
  const asWritten: (readonly string[])[] = [];
  const asRead: (readonly string[])[] = [];
  return ({ choice, turn, answerHash }) => {
    const place = answer.choices.findIndex(({ index }) => index === choice);
    const json = turnsJson[place];
    // as it stands in the line, which branchbench wrote; another hand may have written it in another way
    if (json !== undefined && (asWritten[place] ??= textHashes(questionJson(), json))[turn - 1] === answerHash)
      return true;
    const texts = answer.choices[place]?.turns ?? [];
    asRead[place] ??= textHashes(
      questionJson(),
      texts.map(({ text }) => JSON.stringify(text)),
    );
    return asRead[place][turn - 1] === answerHash;
  };
}

/** First turn first. */
function textHashes(questionJson: readonly string[], answersJson: readonly string[]): string[] {
  return judgedJsonHashes(
    answersJson.map((answerJson, index) => ({ questionJson: questionJson[index] ?? '""', answerJson })),
  );
}

function summarizeAnswer(answer: Answer): AnswerSummary {
  const counts = { turns: 0, truncated: 0, empty: 0, promptTokens: 0, completionTokens: 0 };
  const addTokens = (usage: TokenUsage | undefined): void => {
    if (usage === undefined) return;
    counts.promptTokens += usage.promptTokens;
    counts.completionTokens += usage.completionTokens;
  };
  for (const { turns } of answer.choices)
    for (const { text, finishReason, usage } of turns) {
      counts.turns++;
      if (finishReason === "length") counts.truncated++;
      if (text === "") counts.empty++;
      addTokens(usage);
    }
  if (answer.kind === "answered") return { questionId: answer.questionId, failure: undefined, ...counts };
  addTokens(answer.usage);
  return { questionId: answer.questionId, failure: answer.reason, ...counts };
}

function sampling(manifest: AnswerManifest | undefined): string | undefined {
  if (manifest === undefined) return undefined;
  const { temperature, max_tokens, num_choices, seed } = manifest.settings;
  const parts = [`temperature ${temperature}`, `max_tokens ${max_tokens}`];
  if (num_choices > 1) parts.push(`${num_choices} answers a question`);
  if (seed !== null) parts.push(`seed ${seed}`);
  return parts.join(", ");
}
