import { Command } from "commander";
import { shownLine } from "../domain/printable.js";
import type { CacheOptions, CachePruneOptions } from "./commands/cache.js";
import { cacheCommand } from "./commands/cache.js";
import type { CompareOptions } from "./commands/compare.js";
import { compareCommand } from "./commands/compare.js";
import type { DataPullOptions } from "./commands/data.js";
import { dataCommand } from "./commands/data.js";
import type { DemoOptions } from "./commands/demo.js";
import { demoCommand } from "./commands/demo.js";
import type { GenAnswersOptions } from "./commands/gen-answers.js";
import { genAnswersCommand } from "./commands/gen-answers.js";
import type { GenQuestionsOptions } from "./commands/gen-questions.js";
import { genQuestionsCommand } from "./commands/gen-questions.js";
import type { JudgeAnswersOptions } from "./commands/judge-answers.js";
import { judgeAnswersCommand } from "./commands/judge-answers.js";
import type { MmluOptions } from "./commands/mmlu.js";
import { mmluCommand } from "./commands/mmlu.js";
import type { MmluBranchOptions } from "./commands/mmlu-branch.js";
import { mmluBranchCommand } from "./commands/mmlu-branch.js";
import type { ReportOptions } from "./commands/report.js";
import { reportCommand } from "./commands/report.js";
import type { RunOptions } from "./commands/run.js";
import { runCommand } from "./commands/run.js";
import type { ViewOptions } from "./commands/view.js";
import { viewCommand } from "./commands/view.js";
import type { ServeEmbeddedOptions } from "./commands/serve-embedded.js";
import { serveEmbeddedCommand } from "./commands/serve-embedded.js";
import type { TaxonomyActions } from "./commands/taxonomy.js";
import { taxonomyCommand } from "./commands/taxonomy.js";

/** What the commands do. */
export interface Actions extends TaxonomyActions {
  readonly dataPull: (dataSet: string, options: DataPullOptions) => Promise<void>;
  readonly genQuestions: (options: GenQuestionsOptions) => Promise<void>;
  readonly genAnswers: (options: GenAnswersOptions) => Promise<void>;
  readonly judgeAnswers: (options: JudgeAnswersOptions) => Promise<void>;
  readonly report: (options: ReportOptions) => Promise<void>;
  readonly run: (options: RunOptions) => Promise<void>;
  readonly view: (folder: string, options: ViewOptions) => Promise<void>;
  readonly compare: (options: CompareOptions) => Promise<void>;
  readonly mmlu: (options: MmluOptions) => Promise<void>;
  readonly mmluBranch: (options: MmluBranchOptions) => Promise<void>;
  readonly cacheInfo: (options: CacheOptions) => Promise<void>;
  readonly cachePrune: (options: CachePruneOptions) => Promise<void>;
  readonly demo: (options: DemoOptions) => Promise<void>;
  readonly serveEmbedded: (options: ServeEmbeddedOptions) => Promise<void>;
}

/** Flags and help of every command; what they do comes from outside, so that parsing can be tested without doing anything. */
export function createProgram(
  actions: Actions,
  options: { readonly version: string; readonly out: (text: string) => void; readonly err: (text: string) => void },
): Command {
  const program = new Command("branchbench")
    .description("Did this taxonomy branch make the model better, and is it still good at everything else?")
    .showHelpAfterError("(branchbench help shows the commands)")
    .exitOverride()
    .configureOutput({
      writeOut: options.out,
      writeErr: options.err,
      // commander repeats what was typed
      outputError: (text, write) => write(`${shownLine(text.trimEnd())}\n`),
    })
    .version(options.version);
  dataCommand(program, actions.dataPull);
  genQuestionsCommand(program, actions.genQuestions);
  genAnswersCommand(program, actions.genAnswers);
  judgeAnswersCommand(program, actions.judgeAnswers);
  reportCommand(program, actions.report);
  runCommand(program, actions.run);
  compareCommand(program, actions.compare);
  mmluCommand(program, actions.mmlu);
  mmluBranchCommand(program, actions.mmluBranch);
  viewCommand(program, actions.view);
  taxonomyCommand(program, actions);
  cacheCommand(program, { info: actions.cacheInfo, prune: actions.cachePrune });
  demoCommand(program, actions.demo);
  serveEmbeddedCommand(program, actions.serveEmbedded);
  return program;
}
