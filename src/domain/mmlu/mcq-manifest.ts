import { z } from "zod";
import { EvalError } from "../eval-error.js";

/** What decides the outcomes of questions: going on with other settings is refused. */
const mcqSettingsSchema = z.strictObject({
  bench: z.string(),
  model: z.string(),
  few_shots: z.number().int().nonnegative(),
  /** the published examples, or a task's other questions, or any of its questions */
  few_shots_from: z.enum(["dev", "others", "leak"]),
  chat: z.enum(["none", "one-turn", "multi-turn"]),
  system_prompt: z.string().nullable(),
  /** tokens of a prompt at most, cut on the left as lm-eval does */
  max_length: z.number().int().positive().nullable(),
  /** how choices are found, as the probe of the server decided it */
  scoring: z.record(z.string(), z.unknown()),
  extra_body: z.record(z.string(), z.unknown()).nullable(),
});

export type McqSettings = z.infer<typeof mcqSettingsSchema>;

const dataSchema = z.record(z.string(), z.strictObject({ path: z.string(), sha256: z.string() }));

/** Stands beside `outcomes.jsonl`. */
export const mcqManifestSchema = z.strictObject({
  kind: z.literal("outcomes"),
  settings: mcqSettingsSchema,
  /** by task, of all that ever were asked into these records */
  data: dataSchema,
  facts: z.strictObject({
    branchbench: z.strictObject({ version: z.string(), code_sha256: z.string() }),
    /** ISO 8601 */
    started: z.string(),
    server_url: z.string(),
    server_models: z.array(z.string()).nullable(),
    extra_header_names: z.array(z.string()),
    /** what the server was found to be able to do, for people */
    findings: z.array(z.string()),
  }),
});

export type McqManifest = z.infer<typeof mcqManifestSchema>;

/**
 * The data of earlier runs and of this one; further tasks may join.
 *
 * @throws {EvalError} `conflict` where a task's data changed
 */
export function joinData(stored: McqManifest["data"], wanted: McqManifest["data"], file: string): McqManifest["data"] {
  for (const [task, { path, sha256 }] of Object.entries(wanted)) {
    const before = stored[task];
    if (before !== undefined && before.sha256 !== sha256)
      throw new EvalError("conflict", `${file}: ${task} was asked with other data (${before.path}) than ${path}`, {
        hint: "use another --output-dir, or --fresh to move the old records aside and start anew",
      });
  }
  return { ...stored, ...wanted };
}
