import { useEffect, useMemo, useState } from "preact/hooks";
import { splitContext } from "../domain/page/page-preview.js";
import type { AnswerRecord, PageSummary, QuestionRecord } from "../domain/page/page-data.js";
import type { Address } from "./address.js";
import { AnswerPane } from "./answer-pane.js";
import { MarkdownText } from "./markdown-text.js";
import { McqDetail } from "./mcq-detail.js";
import type { RecordReader, ShownJudgment, ShownRecord } from "./source.js";
import { wordDifferences } from "./word-differences.js";

interface QuestionDetailProps {
  readonly summary: PageSummary;
  readonly address: Address;
  readonly row: number;
  readonly read: RecordReader;
}

/** Texts with fewer words in common are easier read formatted. */
const worthMarking = 0.35;

type Reading = "auto" | "formatted" | "differences";

/** Everything that is known of one question. */
export function QuestionDetail({ summary, address, row, read }: QuestionDetailProps) {
  const records = useRecords(summary, row, read);
  const [reading, setReading] = useState<Reading>("auto");
  const { questions } = summary;
  const file = questions.sections[questions.section[row] ?? 0] ?? "";
  const isPair = address.view.left !== address.view.right;
  return (
    <article class="detail" aria-labelledby="detail-title">
      <header>
        <p class="eyebrow">{file}</p>
        <h3 id="detail-title" tabIndex={-1}>
          Question <code>{String(questions.ids[row])}</code>
        </h3>
        {isPair && summary.kind !== "mmlu" && <ReadingChoice reading={reading} onChange={setReading} />}
      </header>
      {records === null && <p class="quiet">Reading…</p>}
      {records instanceof Error && <p class="notice">The texts cannot be read: {records.message}</p>}
      {Array.isArray(records) &&
        (summary.kind === "mmlu" ? (
          <McqDetail summary={summary} view={address.view} records={records} />
        ) : (
          <Turns summary={summary} address={address} records={records} row={row} reading={reading} />
        ))}
    </article>
  );
}

function ReadingChoice(props: { readonly reading: Reading; readonly onChange: (reading: Reading) => void }) {
  const choices: readonly (readonly [Reading, string])[] = [
    ["auto", "Automatic"],
    ["formatted", "Formatted"],
    ["differences", "Word differences"],
  ];
  return (
    <div class="segments" role="group" aria-label="How answers are shown">
      {choices.map(([reading, words]) => (
        <button
          key={reading}
          type="button"
          aria-pressed={props.reading === reading}
          onClick={() => props.onChange(reading)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

/** The records of a question; null until they are there. */
function useRecords(summary: PageSummary, row: number, read: RecordReader): readonly ShownRecord[] | Error | null {
  const [state, setState] = useState<{ readonly row: number; readonly records: ShownRecord[] | Error } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const take = (records: ShownRecord[] | Error): void => {
      if (isCurrent) setState({ row, records });
    };
    read(summary.questions.records[row] ?? []).then(take, (error: unknown) =>
      take(error instanceof Error ? error : new Error(String(error))),
    );
    return () => {
      isCurrent = false;
    };
  }, [summary, row, read]);
  return state?.row === row ? state.records : null;
}

interface TurnsProps {
  readonly summary: PageSummary;
  readonly address: Address;
  readonly records: readonly ShownRecord[];
  readonly row: number;
  readonly reading: Reading;
}

function Turns({ summary, address, records, row, reading }: TurnsProps) {
  const question = records.find((record) => record.kind === "question");
  if (question === undefined) return <p class="notice">The question is not at hand.</p>;
  return (
    <>
      {question.turns.map((text, index) => (
        <section key={index} class="turn" aria-label={`Turn ${index + 1}`}>
          {question.turns.length > 1 && <h4>Turn {index + 1}</h4>}
          <AskedText text={text} />
          <ReferenceText question={question} index={index} />
          <Panes summary={summary} address={address} records={records} row={row} turn={index + 1} reading={reading} />
        </section>
      ))}
    </>
  );
}

function AskedText({ text }: { readonly text: string }) {
  const { context, question } = splitContext(text);
  return (
    <>
      {context !== null && (
        <details class="context" open={context.length < 1200}>
          <summary>Context</summary>
          <MarkdownText text={context} />
        </details>
      )}
      <div class="asked">
        <MarkdownText text={question} />
      </div>
    </>
  );
}

function ReferenceText({ question, index }: { readonly question: QuestionRecord; readonly index: number }) {
  const text = question.reference[index] ?? "";
  if (text === "") return null;
  return (
    <details class="reference" open={text.length < 700}>
      <summary>Reference answer</summary>
      <MarkdownText text={text} />
    </details>
  );
}

interface PanesProps extends TurnsProps {
  /** from 1 */
  readonly turn: number;
}

function Panes({ summary, address, records, row, turn, reading }: PanesProps) {
  const { left, right } = address.view;
  const shown = left === right ? [right] : [left, right];
  const answers = shown.map((index) => answersOf(records, summary.runs[index]?.model ?? ""));
  const differences = useMemo(() => {
    const [one, other] = answers.map((found) => found[0]?.turns[turn - 1]?.text);
    if (reading === "formatted" || one === undefined || other === undefined) return undefined;
    return wordDifferences(one, other);
  }, [records, turn, reading, left, right]);
  const isMarked = differences !== undefined && (reading === "differences" || differences.common >= worthMarking);
  return (
    <div class={`panes ${shown.length > 1 ? "two" : ""}`}>
      {shown.map((index, place) => {
        const run = summary.runs[index];
        if (run === undefined) return null;
        const side = place === 0 && shown.length > 1 ? "left" : "right";
        return (
          <AnswerPane
            key={index}
            questionId={summary.questions.ids[row] ?? ""}
            run={run}
            side={side}
            role={summary.kind === "comparison" ? (index === 0 ? "Base model" : "Tuned model") : null}
            turn={turn}
            answers={answers[place] ?? []}
            judgments={judgmentsOf(records, { run: index, turn })}
            parts={isMarked ? differences[side] : null}
          />
        );
      })}
    </div>
  );
}

function answersOf(records: readonly ShownRecord[], model: string): AnswerRecord[] {
  return records.filter((record) => record.kind === "answer").filter((record) => record.model === model);
}

function judgmentsOf(
  records: readonly ShownRecord[],
  { run, turn }: { readonly run: number; readonly turn: number },
): ShownJudgment[] {
  return records
    .filter((record) => record.kind === "judgment")
    .filter((record) => record.run === run && record.turn === turn)
    .sort((one, other) => one.choice - other.choice || one.repeat - other.repeat);
}
