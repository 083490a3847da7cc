import { useContext } from "preact/hooks";
import type { QuestionId } from "../domain/mt-bench/question.js";
import { AnswerNotes } from "./human-ratings.js";
import type { AnswerRecord, PageRun } from "../domain/page/page-data.js";
import { Score, Tag } from "./icons.js";
import { MarkdownText } from "./markdown-text.js";
import { count } from "./numbers.js";
import type { ShownJudgment } from "./source.js";
import type { TextPart } from "./word-differences.js";

interface AnswerPaneProps {
  readonly questionId: QuestionId;
  readonly run: PageRun;
  readonly side: "left" | "right";
  /** such as "base model" */
  readonly role: string | null;
  /** from 1 */
  readonly turn: number;
  readonly answers: readonly AnswerRecord[];
  readonly judgments: readonly ShownJudgment[];
  /** marks what the other side does not have; null to show the text formatted */
  readonly parts: readonly TextPart[] | null;
}

/** What one model answered in one turn, and what the judge said of it. */
export function AnswerPane({ questionId, run, side, role, turn, answers, judgments, parts }: AnswerPaneProps) {
  return (
    <article class={`pane ${side}`}>
      <header>
        <h5>
          {role !== null && <span class="role">{role}</span>}
          <span class="name">{run.model}</span>
        </h5>
      </header>
      {answers.length === 0 && <p class="quiet">No answer of this model is at hand.</p>}
      {answers.map((answer) => (
        <div key={answer.choice} class="answer">
          {answers.length > 1 && <h6>Answer {answer.choice + 1}</h6>}
          <AnswerText answer={answer} turn={turn} parts={answer.choice === answers[0]?.choice ? parts : null} />
          {judgments
            .filter(({ choice }) => choice === answer.choice)
            .map((judgment) => (
              <JudgmentText key={judgment.repeat} judgment={judgment} judge={run.judge} />
            ))}
          <Notes questionId={questionId} run={run} turn={turn} answer={answer} judgments={judgments} />
        </div>
      ))}
      {answers.length === 0 &&
        judgments.map((judgment) => <JudgmentText key={judgment.repeat} judgment={judgment} judge={run.judge} />)}
    </article>
  );
}

type NotesProps = Pick<AnswerPaneProps, "questionId" | "run" | "turn" | "judgments"> & {
  readonly answer: AnswerRecord;
};

/** What people say of an answer; a turn without one has nothing to rate. */
function Notes({ questionId, run, turn, answer, judgments }: NotesProps) {
  const notes = useContext(AnswerNotes);
  const text = answer.turns[turn - 1]?.text;
  if (text === undefined) return null;
  const { choice } = answer;
  const own = judgments.filter((judgment) => judgment.choice === choice);
  return <>{notes({ questionId, model: run.model, judge: run.judge, turn, choice, text, judgments: own })}</>;
}

function AnswerText({
  answer,
  turn,
  parts,
}: Pick<AnswerPaneProps, "turn" | "parts"> & { readonly answer: AnswerRecord }) {
  const said = answer.turns[turn - 1];
  if (said === undefined)
    return (
      <p class="notice">
        <Tag kind="warn">unanswered</Tag> {answer.failure ?? "This turn has no answer."}
      </p>
    );
  return (
    <>
      {said.reasoning !== undefined && (
        <details>
          <summary>Thinking ({count(said.reasoning.length)} characters)</summary>
          <p class="plain-text">{said.reasoning}</p>
        </details>
      )}
      {said.text === "" ? (
        <p class="quiet">The answer is empty.</p>
      ) : parts === null ? (
        <MarkdownText text={said.text} />
      ) : (
        <MarkedText parts={parts} side={answer.model} />
      )}
      <p class="small">
        {said.truncated === true && <Tag kind="warn">truncated by the token limit</Tag>}
        {said.completionTokens !== undefined && <span>{count(said.completionTokens)} tokens</span>}
        {said.promptTokens !== undefined && <span>{count(said.promptTokens)} in the prompt</span>}
      </p>
    </>
  );
}

function MarkedText({ parts, side }: { readonly parts: readonly TextPart[]; readonly side: string }) {
  return (
    <p class="plain-text">
      {parts.map(({ text, isOwn }, index) => (isOwn ? <mark key={`${side} ${index}`}>{text}</mark> : text))}
    </p>
  );
}

function JudgmentText({ judgment, judge }: { readonly judgment: ShownJudgment; readonly judge: string }) {
  const { score, reason, text, repeat, isStale, isLeftOut, completionTokens, prompt } = judgment;
  return (
    <details class="judgment" open>
      <summary>
        <Score value={score} />
        <span class="who">
          {judge}
          {repeat > 0 && `, again (${repeat + 1})`}
        </span>
        {score === null && <Tag kind="warn">{`unscored: ${reason ?? "no rating"}`}</Tag>}
        {isStale && <Tag kind="warn">the answer changed since</Tag>}
        {isLeftOut && <Tag kind="warn">left out: an earlier run had a larger --judge-repeats</Tag>}
      </summary>
      {text === "" ? <p class="quiet">The judge said nothing.</p> : <MarkdownText text={text} />}
      <p class="small">
        <span>prompt {prompt}</span>
        {completionTokens !== undefined && <span>{count(completionTokens)} tokens</span>}
      </p>
    </details>
  );
}
