import { EvalError } from "../eval-error.js";
import { printable } from "../printable.js";
import type { YamlNode } from "../taxonomy/yaml-node.js";
import { entryKey, valueOf } from "../taxonomy/yaml-node.js";
import type { TaskSettings } from "./task-setting.js";
import { textOf, wrongValue } from "./task-setting.js";

/** Which data files a task reads for what; as they stand in its yaml. */
export interface TaskSplits {
  readonly tested: readonly string[];
  readonly examples: {
    /** from where examples are drawn; undefined for the test file */
    readonly dataFiles: readonly string[] | undefined;
    readonly sampler: "random" | "first";
    /** whether the file itself says that examples come from what is tested: then a question is replaced among its own examples */
    readonly isTestSplitNamed: boolean;
  };
}

/** Which files are tested, and where examples come from: the named split, else training, else validation, else what is tested. */
export function readSplits(settings: TaskSettings, path: string): TaskSplits {
  const files = readDataFiles(settings, path);
  const text = (key: string): string | undefined => textOf(settings, key);
  const filesOf = (split: string): readonly string[] => {
    const found = files.get(split);
    if (found !== undefined) return found;
    const place = settings.get("dataset_kwargs");
    throw new EvalError(
      "input",
      `${place?.path ?? path}:${place?.line ?? 1}: data_files has no file for "${printable(split)}"`,
      {
        hint: `it has: ${[...files.keys()].map(printable).join(", ")}`,
      },
    );
  };
  const test = text("test_split") ?? text("validation_split");
  if (test === undefined)
    throw new EvalError("input", `${path}: it has no test_split`, { hint: "add a line: test_split: test" });
  const named = text("fewshot_split") ?? fewShotConfig(settings, "split");
  const split = named ?? text("training_split") ?? text("validation_split") ?? test;
  return {
    tested: filesOf(test),
    examples: {
      dataFiles: split === test ? undefined : filesOf(split),
      sampler: fewShotConfig(settings, "sampler") === "first_n" ? "first" : "random",
      isTestSplitNamed: named === test,
    },
  };
}

/** One entry of `fewshot_config`, of which the split and the sampler are read. */
function fewShotConfig(settings: TaskSettings, key: "split" | "sampler"): string | undefined {
  const setting = settings.get("fewshot_config");
  if (setting === undefined || setting.node.kind === "null") return undefined;
  const hint = "read are: split: <name> and sampler: default or first_n";
  if (setting.node.kind !== "mapping") throw wrongValue("fewshot_config", setting, hint);
  for (const { key } of setting.node.entries.values())
    if (!["text:split", "text:sampler"].includes(entryKey(key))) throw wrongValue("fewshot_config", setting, hint);
  const value = valueOf(setting.node, key);
  if (value === undefined) return undefined;
  if (value.kind !== "text" || (key === "sampler" && !["default", "first_n"].includes(value.text)))
    throw wrongValue("fewshot_config", setting, hint);
  return value.text;
}

/** Files by split. */
function readDataFiles(settings: TaskSettings, path: string): ReadonlyMap<string, readonly string[]> {
  const hint = "MMLU-Branch tasks have dataset_kwargs: {data_files: {test: <file.jsonl>}}";
  const setting = settings.get("dataset_kwargs");
  if (setting === undefined) throw new EvalError("input", `${path}: it has no dataset_kwargs`, { hint });
  const { node } = setting;
  if (node.kind !== "mapping") throw wrongValue("dataset_kwargs", setting, hint);
  const others = [...node.entries.values()].filter(({ key }) => entryKey(key) !== "text:data_files");
  const files = valueOf(node, "data_files");
  if (others.length > 0 || files === undefined) throw wrongValue("dataset_kwargs", setting, hint);
  // the json loader calls files without a split "train"
  const splits: [string, YamlNode][] =
    files.kind === "mapping"
      ? [...files.entries.values()].map(({ key, value }) => [key.kind === "text" ? key.text : key.python, value])
      : [["train", files]];
  return new Map(
    splits.map(([split, node]) => {
      const items = node.kind === "list" ? node.items : [node];
      const names = items.flatMap((item) => (item.kind === "text" && item.text !== "" ? [item.text] : []));
      if (names.length === 0 || names.length < items.length) throw wrongValue("dataset_kwargs", setting, hint);
      return [split, names];
    }),
  );
}
