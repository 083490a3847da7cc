import { writeFile } from "node:fs/promises";
import { answerManifestSchema } from "../../domain/manifest.js";
import { readJsonFile } from "../../io/json-file.js";
import { exists, outputTree } from "../../io/output-tree.js";
import type { OutputTree } from "../../io/output-tree.js";
import { replaceFile } from "../../io/replace-file.js";
import { findQuestions } from "../../pipeline/inputs.js";
import { makeReport } from "../../pipeline/report.js";
import { reportText } from "../../render/report-text.js";
import type { ReportOptions } from "../commands/report.js";
import type { Host } from "../host.js";
import { dataDir } from "../run-context.js";

export async function reportAction(options: ReportOptions, host: Host): Promise<number> {
  const output = outputTree(options.outputDir, options.bench, options.branch);
  const asked = options.questions ?? (await questionsOfRuns(output));
  const questions = await findQuestions({
    ...options,
    dataDir: dataDir(options, host),
    ...(asked !== undefined && { questions: asked }),
  });
  const report = await makeReport({
    bench: options.bench,
    ...(options.branch !== undefined && { branch: options.branch }),
    output,
    questions,
    ...(options.model !== undefined && { models: options.model }),
    ...(options.judgeModel !== undefined && { judge: options.judgeModel }),
    ...(options.judgments !== undefined && { judgmentsFile: options.judgments }),
    ...(options.parser !== undefined && { parser: options.parser }),
  });
  const isJson = options.json === true || options.format === "json";
  const text = isJson ? `${JSON.stringify(report, null, 2)}\n` : reportText(report);
  if (options.output === undefined) host.stdout.write(text);
  else {
    await replaceFile(options.output, (temporary) => writeFile(temporary, text));
    host.stderr.write(`report: ${options.output}\n`);
  }
  return 0;
}

/** The question file that gen-answers used, where it is still there. */
async function questionsOfRuns(output: OutputTree): Promise<string | undefined> {
  for (const model of await output.listAnswers()) {
    const manifest = await readJsonFile(output.answers(model).manifest, answerManifestSchema);
    const source = manifest?.facts.questions.source;
    if (source !== undefined && (await exists(source))) return source;
  }
  return undefined;
}
