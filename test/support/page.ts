import { withTexts } from "../../src/domain/page/page-chunk.js";
import type { AnswerTurnRecord, PageRecord, PageRun, PageSummary } from "../../src/domain/page/page-data.js";
import { recordLocator } from "../../src/domain/page/page-data.js";
import { reportSentence } from "../../src/domain/page/report-sentence.js";
import { modelReport } from "../../src/domain/report/report.js";
import { htmlDocument } from "../../src/pipeline/html-document.js";
import { recordChunks } from "../../src/pipeline/page-records.js";
import type { TempFolder } from "./temp-folder.js";

/** Texts that stand everywhere in a page where somebody else's text can stand. */
export interface PageTexts {
  readonly question: string;
  readonly answer: string;
  readonly judgment: string;
  readonly model: string;
  /** of which one was asked; one where left out */
  readonly questionsOfSet?: number;
}

const run = (model: string): PageRun => ({
  model,
  judge: "judge",
  score: [4],
  turns: [[4]],
  flags: [4],
  spread: [0],
  histogram: [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]],
});

/** Where the only judgment lies. */
export const judgmentLocator = recordLocator(0, 2);

/** Writes a page of one question, one model and one judge, and returns its file:// address. */
export async function writeTextPage(
  folder: TempFolder,
  texts: PageTexts,
  marks: Partial<Pick<PageSummary, "stale" | "leftOut">> = {},
): Promise<string> {
  const { question, answer, judgment, model, questionsOfSet = 1 } = texts;
  const turn: AnswerTurnRecord = { text: answer, truncated: true };
  const records: PageRecord[] = [
    { kind: "question", turns: [question], reference: [question] },
    { kind: "answer", model, choice: 0, turns: [turn] },
    { kind: "judgment", run: 0, turn: 1, choice: 0, repeat: 0, text: judgment, score: 4, prompt: model },
  ];
  const scored = {
    model,
    judge: "judge",
    answers: undefined,
    choices: 1,
    promptsSource: undefined,
    referencesSource: undefined,
    sampling: undefined,
    judgments: [
      {
        questionId: 1,
        turn: 1,
        choice: 0,
        repeat: 0,
        promptName: model,
        outcome: { kind: "scored", score: 4 } as const,
        stale: false,
        promptTokens: 0,
        completionTokens: 0,
      },
    ],
  };
  const report = modelReport(
    scored,
    Array.from({ length: questionsOfSet }, (_, index) => ({ id: index + 1, category: model, turns: 1 })),
  );
  const runs = [run(model)];
  const summary: PageSummary = {
    format: 1,
    kind: "mt-bench",
    title: model,
    sentence: reportSentence([report], runs),
    caveats: [question],
    command: model,
    version: "0",
    questions: {
      ids: [1],
      sections: [model],
      section: [0],
      changed: [],
      preview: [question],
      records: [records.map((_, position) => recordLocator(0, position))],
    },
    runs,
    manifests: [{ name: model, content: { question } }],
    stale: [],
    leftOut: [],
    ...marks,
    humanRatings: [],
    report: {
      kind: "branchbench-report",
      bench: "mt_bench",
      branch: null,
      questions: { source: model, sha256: "0", count: questionsOfSet },
      models: [report],
    },
  };
  const pieces: string[] = [];
  for await (const piece of htmlDocument(model, async (sink) => {
    const chunks = recordChunks(sink);
    for (const record of records) chunks.add("all", (keep) => withTexts(record, keep));
    await chunks.finish();
    return summary;
  }))
    pieces.push(piece);
  return `file://${await folder.write("page.html", pieces.join(""))}`;
}
