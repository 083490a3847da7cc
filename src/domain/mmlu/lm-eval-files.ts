import { createHash } from "node:crypto";
import type { Accuracy } from "../statistics/accuracy.js";
import { taskAccuracy } from "../statistics/accuracy.js";
import type { MmluReport } from "./mmlu-report.js";
import type { TaskScore } from "./mmlu-scores.js";
import { contextJson } from "./mmlu-prompt.js";
import type { McqContext, McqDoc, McqOutcome, McqPrompt, McqTask } from "../scoring/multiple-choice.js";

/*
 * lm-evaluation-harness 0.4.13's result files: keys, their order and their forms (loggers/evaluation_tracker.py, result_schema.py). What
 * branchbench knows beyond them stands under the key `branchbench`, which lm-eval's readers ignore.
 */

/** The version whose files and prompts are imitated. */
const lmEvalVersion = "0.4.13";

/** A model's name as lm-eval makes it part of a path (`sanitize_model_name`). */
export function lmEvalModelName(model: string): string {
  return model.replaceAll(/["<>:/|\\?*[\]]+/g, "__");
}

/** The date in lm-eval's file names, local time as Python's `isoformat` writes it: `2026-11-21T10-55-13.891000`. */
export function lmEvalDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}-${two(date.getMinutes())}-${two(date.getSeconds())}`;
  return `${day}T${time}.${String(date.getMilliseconds()).padStart(3, "0")}000`;
}

/** One task as it was asked, for its `configs` entry. */
export interface LmEvalTask {
  readonly task: McqTask;
  readonly score: TaskScore;
  /** over all samples */
  readonly hash: string;
}

/** A category with all of its subjects: only these make a group of lm-eval's. */
export interface LmEvalGroup {
  readonly name: string;
  readonly alias: string;
  /** tasks, or the groups below it */
  readonly members: readonly string[];
  readonly n: number;
  readonly accuracy: Accuracy;
}

export interface LmEvalRun {
  readonly tasks: readonly LmEvalTask[];
  readonly groups: readonly LmEvalGroup[];
  readonly report: MmluReport;
  /** questions of each task at most; null for all */
  readonly limit: number | null;
  readonly started: Date;
  readonly seconds: number;
}

/** The content of `results_<date>.json`. */
export function lmEvalResults(run: LmEvalRun): Record<string, unknown> {
  return { ...scoreKeys(run), ...runKeys(run), branchbench: run.report };
}

function scoreKeys({ tasks, groups, report }: LmEvalRun): Record<string, unknown> {
  const { fewShots } = report.prompts;
  const groupRows = Object.fromEntries(groups.map((group) => [group.name, groupRow(group)]));
  const leaves = byTask(tasks, ({ score }) => leafRow(score));
  const subtasks = groups.map(({ name, members }) => [name, members] as const);
  const forAll = (leaf: unknown, group: unknown): Record<string, unknown> => ({
    ...Object.fromEntries(groups.map(({ name }) => [name, group])),
    ...byTask(tasks, () => leaf),
  });
  return {
    results: { ...groupRows, ...leaves },
    ...(groups.length > 0 && { groups: groupRows }),
    group_subtasks: groups.length > 0 ? Object.fromEntries(subtasks) : byTask(tasks, () => []),
    configs: byTask(tasks, ({ task }) => taskConfig(task, task.shots ?? fewShots)),
    versions: forAll(1, "2"),
    "n-shot": byTask(tasks, ({ task }) => task.shots ?? fewShots),
    higher_is_better: forAll({ acc: true }, { acc: true }),
    "n-samples": byTask(tasks, ({ score }) => ({ original: score.size, effective: score.n })),
  };
}

function runKeys({ tasks, report, limit, started, seconds }: LmEvalRun): Record<string, unknown> {
  const { systemPrompt, chat, maxLength } = report.prompts;
  return {
    config: {
      model: "local-completions",
      model_args: { base_url: `${report.server}/completions`, model: report.model },
      batch_size: 1,
      batch_sizes: [],
      device: null,
      use_cache: null,
      limit,
      bootstrap_iters: 100_000,
      gen_kwargs: null,
      ...seeds,
    },
    git_hash: null,
    date: started.getTime() / 1000,
    pretty_env_info: `branchbench ${report.version}, which writes lm-evaluation-harness ${lmEvalVersion}'s files`,
    transformers_version: null,
    lm_eval_version: lmEvalVersion,
    upper_git_hash: null,
    ...unknownTokens,
    max_length: maxLength,
    task_hashes: byTask(tasks, ({ hash }) => hash),
    model_source: "local-completions",
    model_name: report.model,
    model_name_sanitized: lmEvalModelName(report.model),
    system_instruction: systemPrompt,
    system_instruction_sha: systemPrompt === null ? null : sha256(systemPrompt),
    fewshot_as_multiturn: chat === "multi-turn",
    chat_template: chat === "none" ? null : "the server's own",
    chat_template_sha: null,
    total_evaluation_time_seconds: String(seconds),
  };
}

/** lm-eval's defaults; nothing here is random but the examples of branch tasks, which are drawn with the last. */
const seeds = { random_seed: 0, numpy_seed: 1234, torch_seed: 1234, fewshot_seed: 1234 };

/** Only the server knows its tokenizer. */
const unknownTokens = {
  tokenizer_pad_token: null,
  tokenizer_eos_token: null,
  tokenizer_bos_token: null,
  eot_token_id: null,
};

function byTask(tasks: readonly LmEvalTask[], valueOf: (entry: LmEvalTask) => unknown): Record<string, unknown> {
  return Object.fromEntries(tasks.map((entry) => [entry.task.name, valueOf(entry)]));
}

function leafRow({ task, alias, n, correct }: TaskScore): Record<string, unknown> {
  return { name: task, alias, sample_len: n, ...accuracyFields(taskAccuracy({ n, correct })) };
}

function groupRow({ name, alias, n, accuracy }: LmEvalGroup): Record<string, unknown> {
  return { alias, name, sample_len: n, ...accuracyFields(accuracy), sample_count: { "acc,none": n } };
}

function accuracyFields({ acc, stderr }: Accuracy): Record<string, unknown> {
  return { "acc,none": acc ?? "N/A", "acc_stderr,none": stderr ?? "N/A" };
}

/** The part of a task's configuration that says what was asked. */
function taskConfig(task: McqTask, fewShots: number): Record<string, unknown> {
  const isMmlu = task.category !== undefined;
  return {
    task: task.name,
    task_alias: task.alias,
    ...(isMmlu && { tag: `mmlu_${task.category}_tasks` }),
    dataset_path: isMmlu ? "cais/mmlu" : "json",
    dataset_name: isMmlu ? task.alias : null,
    ...(!isMmlu && { dataset_kwargs: { data_files: { test: task.source.path } } }),
    test_split: "test",
    ...(isMmlu && { fewshot_split: "dev" }),
    doc_to_text:
      "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:",
    doc_to_target: isMmlu ? "answer" : "{{answer}}",
    unsafe_code: false,
    doc_to_choice:
      task.form === "letters" ? ["A", "B", "C", "D"] : "{{[choices[0], choices[1], choices[2], choices[3]]}}",
    description: task.description,
    target_delimiter: " ",
    fewshot_delimiter: "\n\n",
    ...(isMmlu && { fewshot_config: { sampler: "first_n" } }),
    num_fewshot: fewShots,
    metric_list: [{ metric: "acc", aggregation: "mean", higher_is_better: true }],
    output_type: "multiple_choice",
    repeats: 1,
    should_decontaminate: false,
    metadata: { version: 1 },
  };
}

/** A question with what came of it. */
export interface LmEvalSample {
  readonly doc: Pick<McqDoc, "id" | "gold" | "row">;
  readonly prompt: McqPrompt;
  readonly outcome: Exclude<McqOutcome, { kind: "failed" }>;
  readonly hashes: { readonly docHash: string; readonly promptHash: string; readonly targetHash: string };
}

/**
 * A line of `samples_<task>_<date>.jsonl`, without its end, as texts between which the prompt's JSON stands: once for each choice, and
 * most of the line. As in lm-eval's own, targets, log-probabilities and booleans are texts.
 */
export function lmEvalSample({ doc, prompt, outcome, hashes }: LmEvalSample): { pieces: string[]; between: string } {
  const responses = responsesOf(outcome, prompt.continuations.length);
  const choice = outcome.kind === "chosen" ? outcome.choice : null;
  const asked = { doc_id: doc.id, doc: doc.row, target: String(doc.gold) };
  const answered = {
    resps: responses.map((response) => [response]),
    filtered_resps: responses,
    filter: "none",
    metrics: ["acc"],
    doc_hash: hashes.docHash,
    prompt_hash: hashes.promptHash,
    target_hash: hashes.targetHash,
    acc: choice === doc.gold ? 1 : 0,
    branchbench: {
      choice,
      way: outcome.way,
      ...(outcome.kind === "chosen" && outcome.matched !== undefined && { matched: outcome.matched }),
      ...(outcome.kind === "chosen" && outcome.logprobs.length > 0 && { logprobs: outcome.logprobs }),
      ...(outcome.kind === "chosen" && outcome.cut === true && { cut: true }),
      requests: outcome.requests,
    },
  };
  const seconds = outcome.way === "generate" ? [{ until: [], do_sample: false }] : prompt.continuations;
  let piece = `${JSON.stringify(asked).slice(0, -1)},"arguments":{`;
  const pieces = seconds.map((second, index) => {
    const before = `${piece}"gen_args_${index}":{"arg_0":`;
    piece = `,"arg_1":${JSON.stringify(second)}}${index < seconds.length - 1 ? "," : ""}`;
    return before;
  });
  return {
    pieces: [...pieces, `${piece}},${JSON.stringify(answered).slice(1)}`],
    between: contextArgument(prompt.context),
  };
}

function contextArgument(context: McqContext): string {
  return context.kind === "text" ? contextJson(context) : JSON.stringify(JSON.stringify(context.messages));
}

/**
 * A pair of log-probability and `is_greedy` for each choice. What the server did not list is less likely than all it did, so that the
 * largest is right with −inf in its place; whether a continuation is the greedy one plays no part in `acc` and is said to be unknown as False.
 */
function responsesOf(outcome: LmEvalSample["outcome"], choices: number): readonly unknown[] {
  if (outcome.kind === "unreadable" || outcome.way === "generate") return [outcome.text ?? ""];
  return Array.from({ length: choices }, (_, index) => {
    const logprob = outcome.logprobs[index] ?? null;
    return [logprob === null ? "-inf" : String(logprob), "False"];
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
