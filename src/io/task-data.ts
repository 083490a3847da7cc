import type { Hash } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import { counted } from "../domain/counted.js";
import { EvalError } from "../domain/eval-error.js";
import type { McqDoc } from "../domain/scoring/multiple-choice.js";
import { printable } from "../domain/printable.js";
import { checkRow, taskRowSchema } from "../domain/mmlu/task-row.js";
import { parseLine, parseRow, readLines } from "./jsonl.js";
import { exists } from "./output-tree.js";

/** How the data files of one task are found and read. */
export interface TaskDataContext {
  /** of the task's yaml file */
  readonly taskPath: string;
  readonly workingFolder: string;
  readonly wrongGold: "repair" | "refuse";
  /** takes every byte that is read */
  readonly hash: Hash;
  /** told what the user should know */
  readonly say: (note: string) => void;
}

/**
 * Reads the questions of data files, numbered on from file to file.
 *
 * @param files as they stand in the task's file
 * @throws EvalError `input` for a file that is not there or holds nothing, a bad row, and a wrong answer where that is refused
 */
export async function readTaskDocs(files: readonly string[], context: TaskDataContext): Promise<McqDoc[]> {
  const { wrongGold, hash, say } = context;
  const docs: McqDoc[] = [];
  const repairedAt: string[] = [];
  const paths = await locate(files, context);
  for (const path of paths) {
    for await (const group of readLines(path, (bytes) => hash.update(bytes))) {
      for (const line of group) {
        const where = `${path}:${line.line}`;
        const { doc, repaired } = checkRow(parseRow(taskRowSchema, parseLine(line, path), where), docs.length);
        docs.push(doc);
        if (repaired === undefined) continue;
        const { field, says, written } = repaired;
        if (wrongGold === "refuse")
          throw new EvalError("input", `${where}: field answer: it is ${written}, but ${field} says ${says}`, {
            hint: "mend the file; without --strict the written answer is taken",
          });
        repairedAt.push(`${line.line} (${written} → ${says})`);
      }
    }
  }
  if (docs.length === 0)
    throw new EvalError("input", `${paths.map(printable).join(", ")}: it holds no question`, {
      hint: "SDG writes an empty file where no generated question could be read: take its task out",
    });
  if (repairedAt.length > 0) say(repairNote(repairedAt, docs.length));
  return docs;
}

function repairNote(repairedAt: readonly string[], total: number): string {
  const lines = repairedAt.slice(0, 5).join(", ") + (repairedAt.length > 5 ? ", …" : "");
  const [many, where] = repairedAt.length === 1 ? ["was wrong and is", "line"] : ["were wrong and are", "lines"];
  return `${repairedAt.length} of ${counted(total, "right answer")} ${many} read from the written answer: ${where} ${lines}`;
}

/** A data file is looked for from the working folder, as lm-eval does it, then from the task's folder, then by its bare name there: SDG's folders get moved. */
async function locate(files: readonly string[], context: TaskDataContext): Promise<string[]> {
  const { taskPath, workingFolder, say } = context;
  const folder = dirname(taskPath);
  const found: string[] = [];
  for (const file of files) {
    const beside = resolve(folder, basename(file.replaceAll("\\", "/")));
    const named = [resolve(workingFolder, file), resolve(folder, file)];
    const tried = [...new Set([...named, beside])];
    const there = await firstThere(tried);
    if (there === undefined)
      throw new EvalError("input", `${taskPath}: its data file ${printable(file)} is not there`, {
        hint: `looked for ${tried.map(printable).join(", ")}`,
      });
    if (!named.includes(there)) say(`${printable(file)} is not there; read is ${printable(there)}`);
    found.push(there);
  }
  return found;
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}
