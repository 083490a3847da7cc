import { EvalError } from "../eval-error.js";
import { printable } from "../printable.js";
import type { YamlNode } from "../taxonomy/yaml-node.js";
import { kindName } from "../taxonomy/yaml-node.js";

/** One setting of a task, and the place where it stands: the task's own file or one that it includes. */
export interface TaskSetting {
  readonly node: YamlNode;
  readonly path: string;
  /** from 1 */
  readonly line: number;
}

/** All settings of a task by name, after its includes. */
export type TaskSettings = ReadonlyMap<string, TaskSetting>;

export function plainText(node: YamlNode | undefined): string {
  if (node === undefined || node.kind === "list" || node.kind === "mapping") return "";
  return node.kind === "text" ? node.text : node.python;
}

/** A text; undefined where the setting is absent or empty. A number is what Python's `str()` makes of it. */
export function textOf(settings: TaskSettings, key: string): string | undefined {
  const setting = settings.get(key);
  if (setting === undefined || setting.node.kind === "null") return undefined;
  if (setting.node.kind === "text") return setting.node.text;
  if (setting.node.kind === "number") return setting.node.python;
  throw wrongValue(key, setting, "it must be text");
}

/** A text or a list of texts. */
export function textsOf(settings: TaskSettings, key: string): readonly string[] {
  const setting = settings.get(key);
  if (setting?.node.kind !== "list") return [textOf(settings, key) ?? []].flat();
  return setting.node.items.map((item) => {
    if (item.kind !== "text") throw wrongValue(key, setting, "it must be text or a list of texts");
    return item.text;
  });
}

export function wrongValue(key: string, setting: TaskSetting, hint: string): EvalError {
  const found = setting.node.kind === "text" ? JSON.stringify(shortened(setting.node.text)) : kindName(setting.node);
  return new EvalError("input", `${setting.path}:${setting.line}: field ${key}: it is ${found}`, { hint });
}

export function notSupported(key: string, { path, line }: TaskSetting, why: string): EvalError {
  return new EvalError("input", `${path}:${line}: field ${printable(key)}: ${why}, and it may change what is asked`, {
    hint: "score this task with lm-eval, or take the line out",
  });
}

function shortened(text: string): string {
  const line = printable(text);
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
