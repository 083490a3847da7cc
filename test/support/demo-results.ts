import { runCli } from "./cli.js";
import type { TempFolder } from "./temp-folder.js";
import { tempFolder } from "./temp-folder.js";

/** What the demo leaves: three sets of records, a report and a comparison as pages. */
export interface DemoResults extends AsyncDisposable {
  readonly folder: TempFolder;
  readonly outputDir: string;
  readonly pages: { readonly report: string; readonly comparison: string; readonly mmlu: string };
}

/** Runs `branchbench demo` in a folder of its own. */
export async function writeDemoResults(): Promise<DemoResults> {
  const folder = await tempFolder();
  const { code, stderr } = await runCli(["demo", "--output-dir", folder.path]);
  if (code !== 0) throw new Error(`the demo failed: ${stderr}`);
  return {
    folder,
    outputDir: folder.path,
    pages: {
      report: folder.file("demo/report.html"),
      comparison: folder.file("demo/comparison.html"),
      mmlu: folder.file("demo/mmlu.html"),
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
