import { z } from "zod";
import { EvalError } from "../eval-error.js";

/** What decides the content of records: going on with other settings is refused. */
export const answerSettingsSchema = z.strictObject({
  bench: z.string(),
  model: z.string(),
  /** sha256 of the question file, in hex */
  questions_sha256: z.string(),
  temperature: z.union([z.number(), z.literal("by category")]),
  max_tokens: z.number(),
  num_choices: z.number(),
  seed: z.number().nullable(),
  system_prompt: z.string().nullable(),
  extra_body: z.record(z.string(), z.unknown()).nullable(),
});

export type AnswerSettings = z.infer<typeof answerSettingsSchema>;

export const judgmentSettingsSchema = z.strictObject({
  bench: z.string(),
  judge: z.string(),
  questions_sha256: z.string(),
  /** hash over the four judge prompts */
  prompts_hash: z.string(),
  references_hash: z.string().nullable(),
  temperature: z.number(),
  max_tokens: z.number(),
  merge_system_user_message: z.boolean(),
  parser: z.enum(["strict", "fastchat"]),
  seed: z.number().nullable(),
  extra_body: z.record(z.string(), z.unknown()).nullable(),
});

export type JudgmentSettings = z.infer<typeof judgmentSettingsSchema>;

/** What is worth knowing of a run but does not decide its records. */
const factsSchema = z.strictObject({
  branchbench: z.strictObject({ version: z.string(), code_sha256: z.string() }),
  /** ISO 8601 */
  started: z.string(),
  server_url: z.string(),
  server_models: z.array(z.string()).nullable(),
  extra_header_names: z.array(z.string()),
  questions: z.strictObject({ source: z.string(), count: z.number() }),
  /** the question ids that were selected, null for all */
  selected: z.number().nullable(),
  prompts_source: z.string().optional(),
  references_source: z.string().nullable().optional(),
  /** judgments per answered turn that the latest run asked for; a mean takes so many, however many there are */
  judge_repeats: z.number().int().positive().optional(),
});

export type RunFacts = z.infer<typeof factsSchema>;

/** Stands beside `model_answer/<model>.jsonl`. */
export const answerManifestSchema = z.strictObject({
  kind: z.literal("answers"),
  settings: answerSettingsSchema,
  facts: factsSchema,
});

/** Stands beside `model_judgment/<judge>_single.jsonl`, which holds several candidates. */
export const judgmentManifestSchema = z.strictObject({
  kind: z.literal("judgments"),
  models: z.record(z.string(), z.strictObject({ settings: judgmentSettingsSchema, facts: factsSchema })),
});

export type AnswerManifest = z.infer<typeof answerManifestSchema>;
export type JudgmentManifest = z.infer<typeof judgmentManifestSchema>;

/** What a manifest says of a model; undefined where it says nothing. A model may be called as what every object has, such as `constructor`. */
export function judgedPart(
  manifest: JudgmentManifest | undefined,
  model: string,
): JudgmentManifest["models"][string] | undefined {
  return manifest !== undefined && Object.hasOwn(manifest.models, model) ? manifest.models[model] : undefined;
}

/** Refuses to go on with records that were made with other settings, naming each field. */
export function requireSameSettings(
  stored: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  file: string,
): void {
  const differing = Object.keys(wanted).filter((key) => canonical(stored[key]) !== canonical(wanted[key]));
  if (differing.length === 0) return;
  const shown = differing.map((key) => {
    const [there, now] = brief(stored[key], wanted[key]);
    return `${key} (there: ${there}, now: ${now})`;
  });
  const parserOnly = differing.length === 1 && differing[0] === "parser";
  throw new EvalError("conflict", `${file} was made with other settings: ${shown.join(", ")}`, {
    hint: parserOnly
      ? "`branchbench report --parser …` reads the stored judgments again without asking; --fresh moves them aside and judges anew"
      : "use the same settings, another --output-dir, or --fresh to move the old records aside and start anew",
  });
}

/** JSON with sorted keys, so that the order in which somebody typed an object does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

const shownCharacters = 60;
/** of what two long values have in common, before they differ */
const shownBefore = 20;

/** Two values that differ, long ones cut so that the difference is in what is left. */
function brief(there: unknown, now: unknown): [string, string] {
  const [one, other] = [there, now].map((value) => (value === undefined ? "none" : canonical(value)));
  if (one === undefined || other === undefined) return ["", ""];
  const longest = Math.max(one.length, other.length);
  if (longest <= shownCharacters) return [one, other];
  let same = 0;
  while (same < longest && one[same] === other[same]) same++;
  const start = same <= shownCharacters / 2 ? 0 : same - shownBefore;
  const part = (text: string): string => {
    const end = start + shownCharacters - 3;
    return `${start > 0 ? "..." : ""}${text.slice(start, end)}${text.length > end ? "..." : ""}`;
  };
  return [part(one), part(other)];
}
