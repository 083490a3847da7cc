import { readFile, writeFile } from "node:fs/promises";
import type { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import { firstFault } from "../domain/schema-fault.js";
import { diskError } from "./disk-error.js";
import { replaceFile } from "./replace-file.js";

/** Reads and checks a JSON file; undefined where there is none. */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw diskError(error, `cannot read ${path}`);
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EvalError("input", `${path}: not valid JSON`, {
      hint,
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EvalError("input", `${path}: ${firstFault(result.error, "the file")}`, { hint });
}

const hint = "another version wrote it, or it was edited: mend it or move it away (a run with --fresh does that)";

export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await replaceFile(path, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`));
}
