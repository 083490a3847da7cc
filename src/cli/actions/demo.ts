import { demo } from "../../pipeline/demo.js";
import { comparisonText } from "../../render/comparison-text.js";
import { reportText } from "../../render/report-text.js";
import type { DemoOptions } from "../commands/demo.js";
import type { Host } from "../host.js";
import { progressDisplay } from "../progress.js";
import { interruptible, printResult } from "../run-context.js";

export async function demoAction(options: DemoOptions, host: Host): Promise<number> {
  host.stderr.write("two embedded models answer, an embedded judge rates them; nothing leaves this machine\n");
  const display = progressDisplay(host.stderr);
  const { outputDir } = options;
  const summary = await interruptible(host, (signal) => demo({ outputDir, signal }, display.listener)).finally(() =>
    display.stop(),
  );
  const text = [
    "",
    "1. Sixteen questions: the tuned model knows all answers, the base model every second one.",
    "",
    reportText(summary.report),
    "2. Two branches of the sample taxonomy: the tuned model has learned what the branch rc adds.",
    "",
    comparisonText(summary.comparison),
    `The results lie in ${summary.folder}; see the first again with: branchbench report --output-dir ${summary.folder}`,
    "",
  ].join("\n");
  printResult(host, options, { value: summary, text });
  return 0;
}
