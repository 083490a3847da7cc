import { pullMtBench, readTextFile } from "../../io/data-sets.js";
import type { DataPullOptions } from "../commands/data.js";
import type { Host } from "../host.js";
import { dataDir, interruptible, printResult } from "../run-context.js";
import { proxySettings } from "../server-model.js";

export async function dataPullAction(dataSet: string, options: DataPullOptions, host: Host): Promise<number> {
  const folder = dataDir(options, host);
  const files: { path: string; state: string }[] = [];
  const ca = options.caFile === undefined ? undefined : await readTextFile(options.caFile);
  await interruptible(host, (signal) =>
    pullMtBench({
      dataDir: folder,
      proxy: proxySettings(host),
      signal,
      ...(options.address !== undefined && { address: options.address }),
      ...(ca !== undefined && { ca }),
      onFile: (path, state) => void files.push({ path, state }),
    }),
  );
  const text = files.map(({ path, state }) => `${state.padEnd(13)}  ${path}\n`).join("");
  printResult(host, options, { value: { dataSet, folder, files }, text: `${text}${dataSet} is in ${folder}\n` });
  return 0;
}
