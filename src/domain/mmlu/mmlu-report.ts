import { z } from "zod";
import { counted } from "../counted.js";
import { failureKinds } from "../server/failure-kinds.js";
import { binomialTail } from "../statistics/mcnemar.js";
import { mmluScoresSchema, type FormChoices, type MmluScores } from "./mmlu-scores.js";

const promptsSchema = z.strictObject({
  fewShots: z.number().int().nonnegative().describe("examples before each question"),
  fewShotsFrom: z
    .enum(["dev", "others", "leak"])
    .describe("the published examples; a task's other questions; or any of them, the question itself included"),
  chat: z.enum(["none", "one-turn", "multi-turn"]).describe("a text; a chat of one message; an exchange an example"),
  systemPrompt: z.string().nullable(),
  maxLength: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe("tokens of a prompt at most, cut on the left as lm-eval does; null where nothing is cut"),
});

/** How prompts are made. */
export type McqPrompts = z.infer<typeof promptsSchema>;

/** The JSON form of one model's result; also the part `branchbench` of lm-eval's results file. */
export const mmluReportSchema = z.strictObject({
  kind: z.literal("branchbench-mmlu"),
  version: z.string().describe("of branchbench"),
  bench: z.string(),
  model: z.string(),
  server: z.string().describe("URL without secrets"),
  date: z.string().describe("ISO 8601"),
  partial: z.string().nullable().describe("what was left out on purpose; null where everything was asked"),
  scoring: z
    .strictObject({
      modes: z.record(z.string(), z.string()).describe("by what is scored: letters, or texts of the choices"),
      findings: z.array(z.string()).readonly(),
    })
    .describe("how choices were found, and what the server was found to be able to do"),
  prompts: promptsSchema,
  scores: mmluScoresSchema,
  caveats: z.array(z.string()).readonly(),
});

export type MmluReport = z.infer<typeof mmluReportSchema>;

/** A model that takes one and the same choice for more than this share was likely not understood, or does not understand. */
const oneSidedShare = 0.9;
/** of fewer questions even all may have the same right answer by chance */
const oneSidedQuestions = 10;
/** how probable such a row of choices may be at most where choices fall as the right ones do */
const oneSidedChance = 0.001;

/** What a reader should know of the scores before believing them. */
export function scoreCaveats(scores: MmluScores): string[] {
  const said: string[] = [];
  const failures = Object.values(scores.failed).reduce((sum, count) => sum + count, 0);
  const { n } = scores.weighted;
  if (failures > 0)
    said.push(
      `${failures} of ${counted(scores.selected, "question")} ${failures === 1 ? "has no answer and is" : "have no answer and are"} left out of every score: ${failureKinds(scores)}`,
    );
  if (scores.unfitting.length > 0)
    said.push(
      `${counted(scores.unfitting.length, "prompt does", "prompts do")} not fit the model's context: ${shownQuestions(scores.unfitting)}; fewer --few-shots, or a server with a longer context, would do`,
    );
  if (scores.unreadable > 0)
    said.push(
      `${scores.unreadable} of ${counted(n, "written answer")} ${scores.unreadable === 1 ? "names" : "name"} no choice (${percent(scores.unreadable / n)}) and ${scores.unreadable === 1 ? "counts" : "count"} as wrong`,
    );
  said.push(...cutNotes(scores));
  const fallbacks = scores.ways["letters-fallback"] ?? 0;
  if (fallbacks > 0)
    said.push(
      `${fallbacks} of ${counted(n, "question")} had no letter among the likeliest next tokens and took four requests more each`,
    );
  const { choices } = scores;
  for (const counts of choices) {
    const scoredBy = choices.length > 1 ? ` scored by ${counts.form}` : "";
    if (counts.undecided > 0)
      said.push(
        `${counts.undecided} of ${counted(counts.n, "question")}${scoredBy} had the same log-probability for every choice; their first choice counts`,
      );
    said.push(...oneSidedNotes(counts, scoredBy));
  }
  return said;
}

/** An answer that was cut off shows what the limit is worth, not what the model is. */
function cutNotes({ cut, failed }: MmluScores): string[] {
  const unfinished = failed["cut-off"] ?? 0;
  const all = cut + unfinished;
  if (all === 0) return [];
  const counts = [
    ...(unfinished > 0 ? [`${unfinished} before ${unfinished === 1 ? "it" : "they"} named a choice`] : []),
    ...(cut > 0 ? [`${cut} after that, which ${cut === 1 ? "counts" : "count"}`] : []),
  ];
  return [
    `${counted(all, "written answer was", "written answers were")} cut off by --max-tokens: ${counts.join(", ")}; a larger --max-tokens lets them end`,
  ];
}

/** A row of choices that is that one-sided, and hardly so because the right ones are. */
function oneSidedNotes({ n, chosen, gold }: FormChoices, scoredBy: string): string[] {
  const most = Math.max(0, ...chosen);
  if (n < oneSidedQuestions || most / n <= oneSidedShare) return [];
  const index = chosen.indexOf(most);
  if (binomialTail(most, { count: n, probability: (gold[index] ?? 0) / n }) >= oneSidedChance) return [];
  return [
    `choice ${String.fromCodePoint(0x41 + index)} was taken for ${percent(most / n)} of the questions${scoredBy}: look at the prompts (--dry-run) and at the samples before believing the score`,
  ];
}

function shownQuestions(questions: MmluScores["unfitting"]): string {
  const byTask = new Map<string, number[]>();
  for (const { task, id } of questions) byTask.set(task, [...(byTask.get(task) ?? []), id]);
  return [...byTask].map(([task, ids]) => `${task} ${shownIds(ids)}`).join(", ");
}

function shownIds(ids: readonly number[]): string {
  return ids.length > 5 ? `${ids.slice(0, 5).join("/")} and ${ids.length - 5} more` : ids.join("/");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
