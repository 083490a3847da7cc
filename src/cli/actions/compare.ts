import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BranchComparison } from "../../domain/branch-comparison.js";
import { failedGates } from "../../domain/branch-comparison.js";
import { EvalError } from "../../domain/eval-error.js";
import type { Document } from "../../io/document-file.js";
import { outputTree } from "../../io/output-tree.js";
import { openQuestionFile } from "../../io/question-file.js";
import type { ResponseCache } from "../../io/response-cache.js";
import { responseCache } from "../../io/response-cache.js";
import type { CompareInput, ComparedModel, CompareSide } from "../../pipeline/compare.js";
import { compareBranches } from "../../pipeline/compare.js";
import { aboutComparison, comparisonQuestionTable, comparisonSummaryTable } from "../../pipeline/comparison-tables.js";
import { branchBench, genQuestions, questionsBeforeBranch } from "../../pipeline/gen-questions.js";
import { collectComparisonPage } from "../../pipeline/comparison-page.js";
import { htmlDocument } from "../../pipeline/html-document.js";
import { findJudgingRules } from "../../pipeline/inputs.js";
import { comparisonIlab } from "../../render/comparison-ilab.js";
import { comparisonJunit } from "../../render/comparison-junit.js";
import { comparisonMarkdown } from "../../render/comparison-markdown.js";
import { comparisonText } from "../../render/comparison-text.js";
import { csv } from "../../render/csv.js";
import { xlsx } from "../../render/xlsx.js";
import type { CompareOptions, ComparisonFormat } from "../commands/compare.js";
import { commandLine } from "../command-line.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import { progressDisplay } from "../progress.js";
import { cacheDir, dataDir, gate, interruptible } from "../run-context.js";
import type { CheckedModel } from "../server-model.js";
import { baseServer, candidateServer, judgeServer, sharedLimiters, textOrFile, withModel } from "../server-model.js";

/** What a format may need besides the result. */
interface Delivery {
  readonly input: CompareInput;
  readonly options: CompareOptions;
  readonly host: Host;
}

type Renderer = (result: BranchComparison, delivery: Delivery) => Document | Promise<Document>;

const renderers: Readonly<Record<ComparisonFormat, Renderer>> = {
  text: comparisonText,
  json: (result) => `${JSON.stringify(result, null, 2)}\n`,
  markdown: comparisonMarkdown,
  ilab: comparisonIlab,
  junit: comparisonJunit,
  html: (result, { input }) =>
    htmlDocument("branchbench comparison", (sink) => collectComparisonPage(input, result, sink)),
  csv: async (result, { input, options }) =>
    csv(options.level === "summary" ? comparisonSummaryTable(result) : await comparisonQuestionTable(result, input)),
  xlsx: async (result, { input, host }) =>
    xlsx([comparisonSummaryTable(result), await comparisonQuestionTable(result, input)], {
      about: aboutComparison(result),
      note: (text) => host.stderr.write(`note: ${text}\n`),
    }),
};

export async function compareAction(options: CompareOptions, host: Host): Promise<number> {
  const input = await compareInput(options, host);
  if (options.dryRun === true) return showPlan(input, host);
  const temporary = options.cache ? undefined : await mkdtemp(join(tmpdir(), "branchbench-replies-"));
  try {
    return await compareWith(input, { options, host, cache: responseCache(temporary ?? cacheDir(options, host)) });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** Without --no-cache replies stay for the next run; with it they serve this run alone, which asks shared questions once all the same. */
async function compareWith(
  input: CompareInput,
  { options, host, cache }: { readonly options: CompareOptions; readonly host: Host; readonly cache: ResponseCache },
): Promise<number> {
  const choices = { base: baseServer(options), tuned: candidateServer(options), judge: judgeServer(options) };
  const limiters = sharedLimiters(choices.base, choices.tuned, choices.judge);
  const result = await interruptible(host, (signal) => {
    const context = { requests: options, host, signal, limiters };
    return withModel(choices.base, context, (base) =>
      withModel(choices.tuned, context, (tuned) =>
        withModel(choices.judge, context, async (judge) => {
          const display = progressDisplay(host.stderr);
          return compareBranches(input, {
            base: compared(base, options.baseModel, cache),
            tuned: compared(tuned, options.model, cache),
            judge: compared(judge, options.judgeModel, cache),
            progress: display.listener,
            signal,
          }).finally(() => display.stop());
        }),
      ),
    );
  });
  const { hits, misses } = cache.statistics();
  host.stderr.write(`${misses} requests asked, ${hits} answered from the cache\n`);
  await deliverResult(result, { input, options, host });
  const failed = failedGates(result.comparison, options.failOn ?? []);
  if (failed.length > 0) host.stderr.write(`--fail-on ${failed.join(",")}: ${result.sentence}\n`);
  const errorRate = result.cells.reduce((most, cell) => Math.max(most, cell.errorRate), 0);
  return Math.max(failed.length > 0 ? 3 : 0, gate({ errorRate }, options.maxErrorRate, host));
}

async function deliverResult(result: BranchComparison, delivery: Delivery): Promise<void> {
  const { options, host } = delivery;
  const document = await renderers[options.json === true ? "json" : options.format](result, delivery);
  if (options.output !== undefined) host.stderr.write(`${result.sentence}\n`);
  await deliver(document, { file: options.output, name: "result" }, host);
}

async function compareInput(options: CompareOptions, host: Host): Promise<CompareInput> {
  const { temperature, maxTokens, seed, repeats, fresh } = options;
  return {
    bench: branchBench,
    base: await side(options, options.baseBranch, host),
    branch: await side(options, options.branch, host),
    before: await questionsBeforeBranch(options.taxonomyPath, options.baseBranch, options.branch),
    models: { base: options.baseModel, tuned: options.model, judge: options.judgeModel },
    answering: {
      temperature,
      numChoices: repeats,
      ...(maxTokens !== undefined && { maxTokens }),
      ...(seed !== undefined && { seed }),
      ...(options.systemPrompt !== undefined && { systemPrompt: await textOrFile(options.systemPrompt) }),
      ...(fresh === true && { fresh }),
    },
    judging: {
      parser: options.parser,
      ...(options.mergeSystemUserMessage === true && { mergeSystemUserMessage: true }),
      ...(options.allowSelfJudging === true && { allowSelfJudging: true }),
      ...(fresh === true && { fresh }),
    },
    settings: { fdr: options.fdr, margin: options.margin, solvedThreshold: options.solvedThreshold },
    command: compareCommandLine(options),
  };
}

/** The question set of one branch, written into the tree as gen-questions does. */
async function side(options: CompareOptions, branch: string, host: Host): Promise<CompareSide> {
  const summary = await genQuestions({
    taxonomyPath: options.taxonomyPath,
    branch,
    outputDir: options.outputDir,
    judge: options.judgeModel,
    ...(options.fresh === true && { fresh: true }),
    ...(options.strict === true && { strict: options.strict }),
  });
  if (summary.paths === null)
    throw new EvalError("input", `${branch}: ${summary.findings.length} findings, and --strict allows none`, {
      hint: `see them with: branchbench taxonomy lint --taxonomy-path ${options.taxonomyPath} --branch ${branch}`,
    });
  if (summary.findings.length > 0)
    host.stderr.write(
      `note: ${branch}: ${summary.findings.length} findings in the taxonomy (branchbench taxonomy lint shows them)\n`,
    );
  const questions = await openQuestionFile(summary.paths.questions);
  const choices = { bench: branchBench, dataDir: dataDir(options, host) };
  const rules = await findJudgingRules(
    {
      ...choices,
      ...(options.judgePrompts !== undefined && { judgePrompts: options.judgePrompts }),
      ...(options.references !== undefined && { references: options.references }),
    },
    questions,
  );
  return {
    branch,
    commit: summary.taxonomy.commit,
    output: outputTree(options.outputDir, branchBench, branch),
    questions,
    rules: { ...rules, ...(options.judgeRepeats !== undefined && { repeats: options.judgeRepeats }) },
  };
}

function compared({ client, server }: CheckedModel, model: string, cache: ResponseCache): ComparedModel {
  const endpoint = { url: client.url, model, ...(server.extraBody !== undefined && { extraBody: server.extraBody }) };
  return { model: cache.cached(client.chat, endpoint), server };
}

/** Enough to do it again; keys and headers are no part of it. */
function compareCommandLine(options: CompareOptions): string {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ["--taxonomy-path", options.taxonomyPath],
    ["--base-branch", options.baseBranch],
    ["--branch", options.branch],
    ["--base-model", options.baseModel],
    ["--model", options.model],
    ["--judge-model", options.judgeModel],
    ["--temperature", options.temperature],
    ["--max-tokens", options.maxTokens],
    ["--seed", options.seed],
    ["--system-prompt", options.systemPrompt],
    ["--repeats", options.repeats],
    ["--judge-repeats", options.judgeRepeats],
    ["--judge-prompts", options.judgePrompts],
    ["--references", options.references],
    ["--parser", options.parser],
    ["--extra-body", options.extraBody],
    ["--base-extra-body", options.baseExtraBody],
    ["--judge-extra-body", options.judgeExtraBody],
    ["--fdr", options.fdr],
    ["--margin", options.margin],
    ["--solved-threshold", options.solvedThreshold],
  ];
  const merge = options.mergeSystemUserMessage === true ? " --merge-system-user-message" : "";
  return `${commandLine("branchbench compare", flags)}${merge} --base-server-url … --server-url … --judge-server-url …`;
}

function showPlan(input: CompareInput, host: Host): number {
  const { models, base, branch, answering } = input;
  const questions = base.questions.keys.ids.length + branch.questions.keys.ids.length;
  const repeats = answering.numChoices ?? 1;
  host.stdout.write(
    `compare would ask ${models.base} and ${models.tuned} ${questions} questions each (${base.questions.keys.ids.length} of ${base.branch}, ${branch.questions.keys.ids.length} of ${branch.branch}), ` +
      `those that both branches share once, ${repeats} answers a question; ${models.judge} rates every answer\n`,
  );
  return 0;
}
