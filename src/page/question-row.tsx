import type { PageSummary } from "../domain/page/page-data.js";
import type { Address } from "./address.js";
import { writeAddress } from "./address.js";
import { RightMark, Score, Tag } from "./icons.js";
import { shortFile, signed } from "./numbers.js";
import { disagrees, hasFlag, rowDifference } from "./rows.js";

interface QuestionRowProps {
  readonly summary: PageSummary;
  readonly address: Address;
  readonly row: number;
}

/** One line of the list of questions; a link to the question. */
export function QuestionRow({ summary, address, row }: QuestionRowProps) {
  const { questions } = summary;
  const { left, right } = address.view;
  const isOne = left === right;
  const difference = isOne ? null : rowDifference(summary, address.view, row);
  const section = questions.sections[questions.section[row] ?? 0] ?? "";
  return (
    <a
      class="question-row"
      href={writeAddress({ ...address, row }, summary)}
      aria-current={address.row === row ? "true" : undefined}
    >
      <span class="preview">{questions.preview[row]}</span>
      <span class="facts">
        <span class="where">{shortFile(section)}</span>
        {questions.changed[row] === 1 && <Tag kind="quiet">changed</Tag>}
        <Tags summary={summary} row={row} />
      </span>
      <span class="scores">
        {!isOne && <RowScore summary={summary} run={left} row={row} side="left" />}
        <RowScore summary={summary} run={right} row={row} side="right" />
        {difference !== null && summary.kind !== "mmlu" && (
          <span class={`difference ${difference > 0 ? "up" : difference < 0 ? "down" : ""}`}>
            {signed(difference, 1)}
          </span>
        )}
      </span>
    </a>
  );
}

const shownFlags = [
  "unanswered",
  "unscored",
  "truncated",
  "empty",
  "stale",
  "unreadable",
  "failed",
  "fallback",
] as const;

interface RowScoreProps {
  readonly summary: PageSummary;
  readonly run: number;
  readonly row: number;
  readonly side: "left" | "right";
}

function RowScore({ summary, run, row, side }: RowScoreProps) {
  const value = summary.runs[run]?.score[row] ?? null;
  return summary.kind === "mmlu" ? (
    <RightMark isRight={isRight(value)} side={side} />
  ) : (
    <Score value={value} side={side} />
  );
}

function isRight(score: number | null): boolean | null {
  return score === null ? null : score === 1;
}

function Tags({ summary, row }: { readonly summary: PageSummary; readonly row: number }) {
  const tags = shownFlags.filter((flag) => hasFlag(summary, row, flag));
  return (
    <>
      {tags.map((tag) => (
        <Tag key={tag} kind="warn">
          {tag}
        </Tag>
      ))}
      {disagrees(summary, row) && <Tag kind="warn">disagreement</Tag>}
    </>
  );
}
