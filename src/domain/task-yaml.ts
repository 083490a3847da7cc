import { EvalError } from "./eval-error.js";
import type { ContinuationForm } from "./multiple-choice.js";
import { printable } from "./printable.js";
import type { YamlNode } from "./yaml-node.js";
import { entryKey, kindName, valueOf } from "./yaml-node.js";

/** One setting of a task, and the place where it stands: the task's own file or one that it includes. */
export interface TaskSetting {
  readonly node: YamlNode;
  readonly path: string;
  /** from 1 */
  readonly line: number;
}

/** All settings of a task by name, after its includes. */
export type TaskSettings = ReadonlyMap<string, TaskSetting>;

/** What a task's yaml file says, as far as it decides what is asked. */
export interface TaskDefinition {
  readonly name: string;
  readonly alias: string;
  readonly tags: readonly string[];
  readonly form: ContinuationForm;
  readonly description: string;
  /** as they stand in the file */
  readonly dataFiles: readonly string[];
  readonly examples: {
    /** from where examples are drawn; undefined for the test file */
    readonly dataFiles: readonly string[] | undefined;
    readonly sampler: "random" | "first";
    /** whether the file itself says that examples come from what is tested: then a question is replaced among its own examples */
    readonly isTestSplitNamed: boolean;
  };
  /** the file's number of examples; 0 overrules what the user asks for */
  readonly shots: number | undefined;
  readonly notes: readonly string[];
}

/** Settings that change no prompt and no score of a multiple-choice task. */
const withoutEffect = new Set([
  "dataset_name",
  "doc_to_decontamination_query",
  "filter_list",
  "generation_kwargs",
  "include",
  "metadata",
  "repeats",
  "should_decontaminate",
]);

const readers = new Set([
  "dataset_kwargs",
  "dataset_path",
  "description",
  "doc_to_choice",
  "doc_to_target",
  "doc_to_text",
  "fewshot_config",
  "fewshot_delimiter",
  "fewshot_split",
  "group",
  "metric_list",
  "num_fewshot",
  "output_type",
  "tag",
  "target_delimiter",
  "task",
  "task_alias",
  "test_split",
  "training_split",
  "validation_split",
]);

/**
 * Reads a task of lm-eval's yaml form, as far as MMLU-Branch tasks go. What would change the prompts or the score and is not known here is
 * refused, never passed over.
 *
 * @param path of the task's own file
 * @throws EvalError `input` that names file, line and field
 */
export function readTaskDefinition(settings: TaskSettings, path: string): TaskDefinition {
  for (const [key, setting] of settings)
    if (!readers.has(key) && !withoutEffect.has(key)) throw notSupported(key, setting, "it is not known here");
  const text = (key: string): string | undefined => textOf(settings, key);
  const name = text("task");
  if (name === undefined || name === "")
    throw new EvalError("input", `${path}: it has no task`, { hint: "add a line: task: <name>" });
  checkProtocol(settings, path);
  const { tested, examples } = readSplits(settings, path);
  const notes = metricNotes(settings, name);
  return {
    name,
    alias: text("task_alias") ?? name,
    tags: [...new Set([...textsOf(settings, "tag"), ...textsOf(settings, "group")])],
    form: readForm(settings, path),
    description: readDescription(settings),
    dataFiles: tested,
    examples,
    shots: readShots(settings),
    notes,
  };
}

/** The prompt that MMLU and SDG's tasks share; spaces inside the braces mean nothing. */
const knownPrompt =
  "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:";

/** Settings that must have one value, and whether they may be absent. */
const fixed: readonly { readonly key: string; readonly values: readonly string[]; readonly isNeeded: boolean }[] = [
  { key: "dataset_path", values: ["json"], isNeeded: true },
  { key: "output_type", values: ["multiple_choice"], isNeeded: true },
  { key: "doc_to_text", values: [knownPrompt], isNeeded: true },
  { key: "doc_to_target", values: ["answer", "{{answer}}"], isNeeded: true },
  { key: "target_delimiter", values: [" "], isNeeded: false },
  { key: "fewshot_delimiter", values: ["\n\n"], isNeeded: false },
];

function checkProtocol(settings: TaskSettings, path: string): void {
  for (const { key, values, isNeeded } of fixed) {
    const value = textOf(settings, key);
    const setting = settings.get(key);
    if (value === undefined || setting === undefined) {
      if (isNeeded) throw new EvalError("input", `${path}: it has no ${key}`, { hint: expected(key, values) });
    } else if (!values.includes(withoutBraceSpaces(value))) throw wrongValue(key, setting, expected(key, values));
  }
}

function expected(key: string, values: readonly string[]): string {
  return `MMLU-Branch tasks have ${key}: ${values.map((value) => JSON.stringify(value)).join(" or ")}`;
}

function withoutBraceSpaces(template: string): string {
  return template.replaceAll(/\{\{([^{}]*)\}\}/g, (_, inner: string) => `{{${inner.trim()}}}`);
}

const letterForms = /^(?:\{\{)?\[(["'])A\1, ?(["'])B\2, ?(["'])C\3, ?(["'])D\4\](?:\}\})?$/;
const textForms = new Set(["choices", "{{choices}}", "{{[choices[0], choices[1], choices[2], choices[3]]}}"]);

/** Template tasks score the letters, SDG's own the texts of the choices. */
function readForm(settings: TaskSettings, path: string): ContinuationForm {
  const key = "doc_to_choice";
  const setting = settings.get(key);
  const hint = `MMLU-Branch tasks have doc_to_choice: ["A", "B", "C", "D"] or "{{[choices[0], choices[1], choices[2], choices[3]]}}"`;
  if (setting === undefined) throw new EvalError("input", `${path}: it has no ${key}`, { hint });
  const { node } = setting;
  if (node.kind === "list") {
    const items = node.items.map((item) => (item.kind === "text" ? item.text : ""));
    if (items.join() === "A,B,C,D") return "letters";
  } else if (node.kind === "text") {
    const value = withoutBraceSpaces(node.text);
    if (letterForms.test(value)) return "letters";
    if (textForms.has(value)) return "texts";
  }
  throw wrongValue(key, setting, hint);
}

function readDescription(settings: TaskSettings): string {
  const setting = settings.get("description");
  const text = textOf(settings, "description") ?? "";
  if (setting !== undefined && /\{\{|\{%|\{#/.test(text))
    throw notSupported("description", setting, "it is a template, and only fixed texts are read");
  return text;
}

function readShots(settings: TaskSettings): number | undefined {
  const setting = settings.get("num_fewshot");
  if (setting === undefined || setting.node.kind === "null") return undefined;
  const count = setting.node.kind === "number" ? Number(setting.node.python) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < 0)
    throw wrongValue("num_fewshot", setting, "it must be a whole number from 0 on");
  return count;
}

interface Splits {
  readonly tested: readonly string[];
  readonly examples: TaskDefinition["examples"];
}

/** Which files are tested, and where examples come from: the named split, else training, else validation, else what is tested. */
function readSplits(settings: TaskSettings, path: string): Splits {
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

/** `metric_list` as a list of mappings, or as the one mapping that older SDG wrote; `acc` must be among the metrics. */
function metricNotes(settings: TaskSettings, name: string): readonly string[] {
  const setting = settings.get("metric_list");
  if (setting === undefined) return [];
  const items = setting.node.kind === "list" ? setting.node.items : [setting.node];
  const hint = "MMLU-Branch tasks have metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]";
  const metrics = items.map((item) => {
    if (item.kind !== "mapping") throw wrongValue("metric_list", setting, hint);
    const metric = valueOf(item, "metric");
    const aggregation = valueOf(item, "aggregation");
    const isMean = aggregation === undefined || (aggregation.kind === "text" && aggregation.text === "mean");
    const isHigherBetter = !["False", "false"].includes(plainText(valueOf(item, "higher_is_better")));
    if (metric?.kind !== "text" || !isMean || !isHigherBetter) throw wrongValue("metric_list", setting, hint);
    return metric.text;
  });
  if (!metrics.includes("acc")) throw wrongValue("metric_list", setting, hint);
  const others = metrics.filter((metric) => metric !== "acc");
  return others.length === 0 ? [] : [`${name}: only acc is reported, not ${others.map(printable).join(", ")}`];
}

function plainText(node: YamlNode | undefined): string {
  if (node === undefined || node.kind === "list" || node.kind === "mapping") return "";
  return node.kind === "text" ? node.text : node.python;
}

/** A text; undefined where the setting is absent or empty. A number is what Python's `str()` makes of it. */
function textOf(settings: TaskSettings, key: string): string | undefined {
  const setting = settings.get(key);
  if (setting === undefined || setting.node.kind === "null") return undefined;
  if (setting.node.kind === "text") return setting.node.text;
  if (setting.node.kind === "number") return setting.node.python;
  throw wrongValue(key, setting, "it must be text");
}

/** A text or a list of texts. */
function textsOf(settings: TaskSettings, key: string): readonly string[] {
  const setting = settings.get(key);
  if (setting?.node.kind !== "list") return [textOf(settings, key) ?? []].flat();
  return setting.node.items.map((item) => {
    if (item.kind !== "text") throw wrongValue(key, setting, "it must be text or a list of texts");
    return item.text;
  });
}

function wrongValue(key: string, setting: TaskSetting, hint: string): EvalError {
  const found = setting.node.kind === "text" ? JSON.stringify(shortened(setting.node.text)) : kindName(setting.node);
  return new EvalError("input", `${setting.path}:${setting.line}: field ${key}: it is ${found}`, { hint });
}

function notSupported(key: string, { path, line }: TaskSetting, why: string): EvalError {
  return new EvalError("input", `${path}:${line}: field ${printable(key)}: ${why}, and it may change what is asked`, {
    hint: "score this task with lm-eval, or take the line out",
  });
}

function shortened(text: string): string {
  const line = printable(text);
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
