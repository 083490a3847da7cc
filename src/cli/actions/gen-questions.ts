import { genQuestions } from "../../pipeline/gen-questions.js";
import { questionsText } from "../../render/questions-text.js";
import type { GenQuestionsOptions } from "../commands/gen-questions.js";
import type { Host } from "../host.js";
import { printResult } from "../run-context.js";

export async function genQuestionsAction(options: GenQuestionsOptions, host: Host): Promise<number> {
  const summary = await genQuestions({
    taxonomyPath: options.taxonomyPath,
    outputDir: options.outputDir,
    ...(options.branch !== undefined && { branch: options.branch }),
    ...(options.judgeModel !== undefined && { judge: options.judgeModel }),
    ...(options.strict === true && { strict: options.strict }),
  });
  printResult(host, options, { value: summary, text: questionsText(summary) });
  return summary.paths === null ? 3 : 0;
}
