import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
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
      hint: "mend it, or use --fresh to start anew",
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EvalError("input", `${path}: ${z.prettifyError(result.error).replaceAll("\n", " ")}`, {
    hint: "it was written by another version or edited; use --fresh to start anew",
  });
}

export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await replaceFile(path, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`));
}
