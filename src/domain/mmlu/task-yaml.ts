import { EvalError } from "../eval-error.js";
import type { ContinuationForm } from "../scoring/multiple-choice.js";
import { faultOfFileName } from "../output-name.js";
import { printable, quotedName } from "../printable.js";
import { valueOf } from "../taxonomy/yaml-node.js";
import type { TaskSettings } from "./task-setting.js";
import { notSupported, plainText, textOf, textsOf, wrongValue } from "./task-setting.js";
import type { TaskSplits } from "./task-splits.js";
import { readSplits } from "./task-splits.js";

/** What a task's yaml file says, as far as it decides what is asked. */
export interface TaskDefinition {
  readonly name: string;
  readonly alias: string;
  readonly tags: readonly string[];
  readonly form: ContinuationForm;
  readonly description: string;
  /** as they stand in the file */
  readonly dataFiles: readonly string[];
  readonly examples: TaskSplits["examples"];
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
  const fault = faultOfFileName(name);
  if (fault !== undefined)
    throw new EvalError("input", `${path}: task ${quotedName(name)} cannot name a file of samples: ${fault}`, {
      hint: "give the task a plain name",
    });
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
