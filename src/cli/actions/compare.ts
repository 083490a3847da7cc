import { branchBench } from "../../domain/mt-bench/branch-bench.js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BranchComparison } from "../../domain/comparison/branch-comparison.js";
import { failedGates } from "../../domain/comparison/branch-comparison.js";
import type { Document } from "../../io/document-file.js";
import type { ResponseCache } from "../../io/response-cache.js";
import { responseCache } from "../../io/response-cache.js";
import type { CompareInput, ComparedModel } from "../../pipeline/compare.js";
import { compareBranches, requireDistinctModels } from "../../pipeline/compare.js";
import { planComparison } from "../../pipeline/compare-plan.js";
import type { CompareSides, CompareSidesInput } from "../../pipeline/compare-sides.js";
import { compareSides } from "../../pipeline/compare-sides.js";
import { aboutComparison, comparisonQuestionTable, comparisonSummaryTable } from "../../pipeline/comparison-tables.js";
import { collectComparisonPage } from "../../pipeline/comparison-page.js";
import { htmlDocument } from "../../pipeline/html-document.js";
import { comparePlanText } from "../../render/compare-plan-text.js";
import { comparisonIlab } from "../../render/comparison-ilab.js";
import { comparisonJunit } from "../../render/comparison-junit.js";
import { comparisonMarkdown } from "../../render/comparison-markdown.js";
import { comparisonText } from "../../render/comparison-text.js";
import { csv } from "../../render/csv.js";
import { findingsText } from "../../render/lint-text.js";
import { xlsx } from "../../render/xlsx.js";
import type { CompareOptions, ComparisonFormat } from "../commands/compare.js";
import { checkOutput } from "../check-output.js";
import { commandLine } from "../command-line.js";
import { deliver } from "../deliver.js";
import type { Host } from "../host.js";
import { progressDisplay } from "../progress.js";
import { cacheDir, dataDir, gate, interruptible, printResult } from "../run-context.js";
import type { CheckedModel } from "../server-model.js";
import {
  baseServer,
  candidateServer,
  endpointOf,
  judgeServer,
  sharedLimiters,
  textOrFile,
  withModel,
} from "../server-model.js";
import { counted } from "../../domain/counted.js";

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
  await checkOutput(options);
  if (options.dryRun === true)
    return withTemporaryFolder((draftDir) =>
      withInput({ options, host, draftDir }, (input) => showPlan(input, options, host)),
    );
  return withInput({ options, host }, (input) =>
    options.cache
      ? compareWith(input, { options, host, cache: responseCache(cacheDir(options, host)) })
      : withTemporaryFolder((folder) => compareWith(input, { options, host, cache: responseCache(folder) })),
  );
}

async function withTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "branchbench-compare-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the taxonomy and goes on with it; exit code 3 where --strict does not let it pass. */
async function withInput(
  { options, host, draftDir }: { readonly options: CompareOptions; readonly host: Host; readonly draftDir?: string },
  work: (input: CompareInput) => Promise<number>,
): Promise<number> {
  requireDistinctModels({ base: options.baseModel, tuned: options.model });
  const sides = await compareSides(sidesInput(options, host, draftDir));
  if (sides.kind === "ready") return work(await compareInput(options, sides));
  host.stderr.write(
    `${sides.branch}: nothing was asked: --strict allows nothing to be skipped\n${findingsText(sides.findings)}`,
  );
  return 3;
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
  host.stderr.write(`${counted(misses, "request")} asked, ${hits} answered from the cache\n`);
  await deliverResult(result, { input, options, host });
  const failed = failedGates(result.comparison, options.failOn ?? [], result.knowledgeFiles ?? 0);
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

function sidesInput(options: CompareOptions, host: Host, draftDir: string | undefined): CompareSidesInput {
  return {
    taxonomyPath: options.taxonomyPath,
    baseBranch: options.baseBranch,
    judge: options.judgeModel,
    outputDir: options.outputDir,
    rules: {
      dataDir: dataDir(options, host),
      ...(options.judgePrompts !== undefined && { judgePrompts: options.judgePrompts }),
      ...(options.references !== undefined && { references: options.references }),
    },
    note: (text) => host.stderr.write(text),
    ...(options.branch !== undefined && { branch: options.branch }),
    ...(options.judgeRepeats !== undefined && { judgeRepeats: options.judgeRepeats }),
    ...(options.fresh === true && { fresh: true }),
    ...(options.strict === true && { strict: options.strict }),
    ...(draftDir !== undefined && { draftDir }),
  };
}

async function compareInput(
  options: CompareOptions,
  { base, branch, before, knowledgeFiles }: Extract<CompareSides, { kind: "ready" }>,
): Promise<CompareInput> {
  const { temperature, maxTokens, seed, repeats, fresh } = options;
  return {
    bench: branchBench,
    base,
    branch,
    before,
    knowledgeFiles,
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

async function showPlan(input: CompareInput, options: CompareOptions, host: Host): Promise<number> {
  const plan = await planComparison(input, {
    endpoints: {
      base: await endpointOf(baseServer(options)),
      tuned: await endpointOf(candidateServer(options)),
      judge: await endpointOf(judgeServer(options)),
    },
    ...(options.cache && { cacheDir: cacheDir(options, host) }),
  });
  printResult(host, options, { value: plan, text: comparePlanText(plan) });
  return 0;
}
