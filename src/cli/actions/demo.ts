import { demo } from "../../pipeline/demo.js";
import { reportText } from "../../render/report-text.js";
import type { DemoOptions } from "../commands/demo.js";
import type { Host } from "../host.js";
import { progressDisplay } from "../progress.js";
import { interruptible, printResult } from "../run-context.js";

export async function demoAction(options: DemoOptions, host: Host): Promise<number> {
  host.stderr.write(
    "two embedded models answer 16 questions, an embedded judge rates them; nothing leaves this machine\n",
  );
  const display = progressDisplay(host.stderr);
  const summary = await interruptible(host, (signal) =>
    demo({ outputDir: options.outputDir, signal }, display.listener),
  ).finally(() => display.stop());
  const next = `The result lies in ${summary.folder}; see it again with: branchbench report --bench demo --output-dir ${options.outputDir}\n`;
  printResult(host, options, { value: summary, text: `\n${reportText(summary.report)}\n${next}` });
  return 0;
}
