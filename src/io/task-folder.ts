import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { counted } from "../domain/counted.js";
import { EvalError } from "../domain/eval-error.js";
import type { FewShotRule } from "../domain/mmlu/few-shots.js";
import { fewShotsOf } from "../domain/mmlu/few-shots.js";
import type { McqDoc, McqTask } from "../domain/scoring/multiple-choice.js";
import { printable } from "../domain/printable.js";
import { selectTasks } from "../domain/mmlu/task-selection.js";
import type { TaskDefinition } from "../domain/mmlu/task-yaml.js";
import { readTaskDefinition } from "../domain/mmlu/task-yaml.js";
import { diskError } from "./disk-error.js";
import type { ReadTasks } from "./mmlu-data.js";
import { readTaskDocs } from "./task-data.js";
import { readTaskSettings } from "./task-settings.js";

/** What is read of a folder of MMLU-Branch tasks, and how. */
export interface TaskFolderReading {
  readonly folder: string;
  /** tasks, tags or globs; none for `mmlu_pr`, or for all tasks where none has that tag */
  readonly names: readonly string[];
  readonly fewShots: number;
  /** `leak` lets a question be among its own examples, as lm-eval 0.4.10 and newer do */
  readonly fewShotsFrom: "others" | "leak";
  /** what happens to a right answer that disagrees with the text it was made from */
  readonly wrongGold: "repair" | "refuse";
  /** paths of data files are tried from here first */
  readonly workingFolder: string;
}

/** The tag of SDG's tasks. */
const branchTag = "mmlu_pr";

/** A task as its file describes it. */
interface FoundTask {
  readonly name: string;
  readonly labels: readonly string[];
  readonly definition: TaskDefinition;
  readonly path: string;
}

/**
 * Reads the tasks of a folder and the folders below it, sorted by name. Both forms of task are read: scored by letters, as in the
 * template, and by the texts of the choices, as SDG writes them.
 *
 * @throws EvalError `input` for a folder without tasks, a file that cannot be read as a task, an unknown name or a bad row
 */
export async function readTaskFolder(reading: TaskFolderReading): Promise<ReadTasks> {
  const notes: string[] = [];
  const found = newestOfEach(await findTasks(reading.folder, notes), notes);
  const isTagged = found.some(({ labels }) => labels.includes(branchTag));
  const names = reading.names.length > 0 || !isTagged ? reading.names : [branchTag];
  const tasks: McqTask[] = [];
  for (const task of selectTasks(names, found)) tasks.push(await readTask(task, reading, notes));
  return { tasks, notes };
}

/** Settings that only a task has: SDG writes other yaml files beside its tasks. */
const taskMarks = ["include", "dataset_path", "dataset_kwargs", "doc_to_text", "output_type"];

async function findTasks(folder: string, notes: string[]): Promise<FoundTask[]> {
  const paths = await yamlFiles(folder);
  const files = [];
  for (const path of paths) files.push({ path, ...(await readTaskSettings(path)) });
  const templates = new Set(files.flatMap(({ included }) => included));
  const tasks: FoundTask[] = [];
  const others: string[] = [];
  for (const { path, settings, ownKeys } of files) {
    const isTemplate = templates.has(resolve(path)) && !ownKeys.has("task");
    const isOther = !settings.has("task") && !taskMarks.some((key) => settings.has(key));
    if (settings.get("task")?.node.kind === "list")
      notes.push(`${printable(path)} is a group, not a task: its tasks are read from their own files`);
    else if (isOther) others.push(path);
    else if (!isTemplate) {
      const definition = readTaskDefinition(settings, path);
      tasks.push({ name: definition.name, labels: definition.tags, definition, path });
    }
  }
  if (tasks.length === 0) throw withoutTask(folder, others);
  if (others.length > 0) notes.push(`not read, since they have no task: ${others.map(printable).join(", ")}`);
  return tasks;
}

function withoutTask(folder: string, others: readonly string[]): EvalError {
  const [first] = others;
  return first === undefined
    ? new EvalError("input", `${folder}: it holds no task`, {
        hint: "--tasks-dir takes a folder with files *.yaml, as ilab data generate writes them (node_datasets_…)",
      })
    : new EvalError("input", `${first}: it has no task`, { hint: "add a line: task: <name>" });
}

async function yamlFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw diskError(error, `cannot read the folder of tasks ${folder}`);
  });
  return entries
    .filter((entry) => entry.name.endsWith(".yaml") && (entry.isFile() || entry.isSymbolicLink()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Runs of SDG write a folder each, named by the time: of tasks with one name the last one counts. */
function newestOfEach(tasks: readonly FoundTask[], notes: string[]): FoundTask[] {
  const names = [...new Set(tasks.map(({ name }) => name))].sort();
  return names.flatMap((name) => {
    const all = tasks.filter((task) => task.name === name);
    const newest = all.at(-1);
    if (newest === undefined) return [];
    if (all.length > 1) {
      const older = all.slice(0, -1).map(({ path }) => printable(path));
      notes.push(
        `${printable(name)} is there ${all.length} times: read is ${printable(newest.path)}, not ${older.join(", ")}`,
      );
    }
    return [newest];
  });
}

async function readTask(
  { definition, path }: FoundTask,
  reading: TaskFolderReading,
  notes: string[],
): Promise<McqTask> {
  const { name, alias, form, description, tags, examples } = definition;
  const say = (note: string): void => void notes.push(`${printable(name)}: ${note}`);
  const hash = createHash("sha256");
  const { wrongGold, workingFolder } = reading;
  const context = { taskPath: path, workingFolder, wrongGold, hash, say };
  const docs = await readTaskDocs(definition.dataFiles, context);
  const questionsHash = hash.copy();
  const pool = examples.dataFiles === undefined ? docs : await readTaskDocs(examples.dataFiles, context);
  const rule = fewShotRule(definition, reading);
  // what the yaml file decides belongs to what was read, its notes and paths do not
  hash.update(JSON.stringify({ form, description, rule }));
  notes.push(...definition.notes);
  sayShots({ definition, reading, docs, pool, say });
  return {
    name,
    alias,
    form,
    description,
    docs,
    fewShots: fewShotsOf(docs, pool, rule),
    source: { path, sha256: hash.digest("hex"), questionsSha256: questionsHash.digest("hex") },
    tags,
    shots: rule.count,
  };
}

/** A file that says 0 shots is obeyed, another number overruled, both as lm-eval does it. */
function fewShotRule({ shots, examples }: TaskDefinition, reading: TaskFolderReading): FewShotRule {
  const count = shots === 0 ? 0 : reading.fewShots;
  const itself = examples.isTestSplitNamed ? "replaced" : reading.fewShotsFrom === "leak" ? "shown" : "left-out";
  return { count, sampler: examples.sampler, itself };
}

interface ShotFacts {
  readonly definition: TaskDefinition;
  readonly reading: TaskFolderReading;
  readonly docs: readonly McqDoc[];
  readonly pool: readonly McqDoc[];
  readonly say: (note: string) => void;
}

function sayShots({ definition: { shots }, reading: { fewShots }, docs, pool, say }: ShotFacts): void {
  if (shots === 0 && fewShots > 0) say("asked without examples, since its file says num_fewshot: 0");
  else if (shots !== undefined && shots !== fewShots) say(`asked with ${fewShots} examples; its file says ${shots}`);
  const most = pool === docs ? pool.length - 1 : pool.length;
  if (shots !== 0 && most < fewShots) say(`at most ${counted(most, "example")}, since it has no more`);
}
