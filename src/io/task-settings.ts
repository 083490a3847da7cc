import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { printable } from "../domain/printable.js";
import type { TaskSetting, TaskSettings } from "../domain/mmlu/task-setting.js";
import type { YamlNode } from "../domain/taxonomy/yaml-node.js";
import { kindName } from "../domain/taxonomy/yaml-node.js";
import { diskError } from "./disk-error.js";
import { parseYamlTree, YamlFault } from "./yaml-tree.js";

/** The settings of a task's file after its includes. */
export interface IncludedSettings {
  readonly settings: TaskSettings;
  /** names of the settings that stand in the file itself */
  readonly ownKeys: ReadonlySet<string>;
  /** absolute paths of all files that were included, also by others */
  readonly included: readonly string[];
}

/**
 * Reads a task's yaml file with what it includes, as lm-eval 0.4.12 and newer do: a name or a list of names beside the including file; a
 * later one overrides an earlier one, and the file itself overrides both, setting by setting.
 *
 * @throws EvalError `input` for what is no YAML mapping, an include that is not there, and includes in a circle
 */
export async function readTaskSettings(path: string): Promise<IncludedSettings> {
  return readWithIncludes(path, []);
}

async function readWithIncludes(path: string, chain: readonly string[]): Promise<IncludedSettings> {
  const own = await readSettings(path);
  const settings = new Map<string, TaskSetting>();
  const included: string[] = [];
  const include = own.get("include");
  const open = [...chain, resolve(path)];
  for (const name of include === undefined ? [] : includedNames(include)) {
    const target = resolve(dirname(path), name);
    const place = `${include?.path ?? path}:${include?.line ?? 1}`;
    if (open.includes(target))
      throw new EvalError(
        "input",
        `${place}: the includes go in a circle: ${[...open, target].map(printable).join(" → ")}`,
        {
          hint: "take one of the include: lines out",
        },
      );
    const below = await readWithIncludes(target, open).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new EvalError("input", `${place}: there is no file ${printable(name)} to include`, {
        hint: `it is looked for beside ${printable(path)}`,
        cause: error,
      });
    });
    for (const [key, setting] of below.settings) settings.set(key, setting);
    included.push(target, ...below.included);
  }
  for (const [key, setting] of own) settings.set(key, setting);
  return { settings, ownKeys: new Set(own.keys()), included };
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof EvalError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function includedNames({ node, path, line }: TaskSetting): readonly string[] {
  if (node.kind === "null") return [];
  const items: readonly YamlNode[] = node.kind === "list" ? node.items : [node];
  return items.map((item) => {
    if (item.kind === "text" && item.text !== "") return item.text;
    throw new EvalError("input", `${path}:${line}: field include: it is ${kindName(item)}`, {
      hint: "it must be the name of a file, or a list of names",
    });
  });
}

async function readSettings(path: string): Promise<ReadonlyMap<string, TaskSetting>> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw diskError(error, `cannot read ${path}`);
  });
  const { root, lineOf } = parse(bytes, path);
  if (root?.kind !== "mapping")
    throw new EvalError("input", `${path}: it has no task: it is ${root === undefined ? "empty" : kindName(root)}`, {
      hint: "a task's file is a YAML mapping with task:, dataset_path: and so on",
    });
  return new Map(
    [...root.entries.values()].map(({ key, value }) => [
      key.kind === "text" ? key.text : key.python,
      { node: value, path, line: lineOf(key.at) },
    ]),
  );
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parse(bytes: Buffer, path: string): ReturnType<typeof parseYamlTree> {
  let text: string;
  try {
    // line ends as YAML 1.1 knows them, which PyYAML reads
    text = decoder.decode(bytes).replaceAll(/\r\n?|\u0085/g, "\n");
  } catch {
    throw new EvalError("input", `${path}: it is not UTF-8 text`, { hint: "save the file as UTF-8" });
  }
  try {
    return parseYamlTree(text);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new EvalError("input", `${path}:${error.line}: it is not YAML: ${printable(error.message)}`, {
      hint: "check indentation, quotes and tabs in and above this line",
      cause: error,
    });
  }
}
