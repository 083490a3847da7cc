import type { PageSummary } from "../domain/page-data.js";
import type { Address } from "./address.js";
import { writeAddress } from "./address.js";
import { Score, Tag } from "./icons.js";
import { shortFile, signed } from "./numbers.js";
import { disagrees, hasFlag, rowDifference } from "./rows.js";

interface QuestionRowProps {
  readonly summary: PageSummary;
  readonly address: Address;
  readonly row: number;
}

/** One line of the list of questions; a link to the question. */
export function QuestionRow({ summary, address, row }: QuestionRowProps) {
  const { questions, runs } = summary;
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
        {!isOne && <Score value={runs[left]?.score[row] ?? null} side="left" />}
        <Score value={runs[right]?.score[row] ?? null} side="right" />
        {difference !== null && (
          <span class={`difference ${difference > 0 ? "up" : difference < 0 ? "down" : ""}`}>
            {signed(difference, 1)}
          </span>
        )}
      </span>
    </a>
  );
}

function Tags({ summary, row }: { readonly summary: PageSummary; readonly row: number }) {
  const tags = (["unanswered", "unscored", "truncated", "empty", "stale"] as const).filter((flag) =>
    hasFlag(summary, row, flag),
  );
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
