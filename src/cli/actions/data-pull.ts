import { readTextFile } from "../../io/data-sets.js";
import { pullMmlu } from "../../io/mmlu-pull.js";
import type { PullOptions } from "../../io/mt-bench-pull.js";
import { pullMtBench } from "../../io/mt-bench-pull.js";
import type { DataPullOptions } from "../commands/data.js";
import type { Host } from "../host.js";
import { dataDir, interruptible, printResult } from "../run-context.js";
import { proxySettings } from "../server-model.js";

interface PulledFile {
  readonly path: string;
  readonly state: string;
}

export async function dataPullAction(dataSet: string, options: DataPullOptions, host: Host): Promise<number> {
  const folder = dataDir(options, host);
  const files: PulledFile[] = [];
  const ca = options.caFile === undefined ? undefined : await readTextFile(options.caFile);
  await interruptible(host, (signal) =>
    pull(dataSet, {
      dataDir: folder,
      proxy: proxySettings(host),
      signal,
      ...(options.address !== undefined && { address: options.address }),
      ...(ca !== undefined && { ca }),
      onFile: (path, state) => {
        files.push({ path, state });
        if (files.length % filesPerNote === 0) host.stderr.write(`${files.length} files\n`);
      },
    }),
  );
  const text = files.length > filesPerNote ? countText(files) : listText(files);
  printResult(host, options, { value: { dataSet, folder, files }, text: `${text}${dataSet} is in ${folder}\n` });
  return 0;
}

const filesPerNote = 20;

async function pull(dataSet: string, options: PullOptions): Promise<unknown> {
  return dataSet === "mmlu" ? pullMmlu(options) : pullMtBench(options);
}

function listText(files: readonly PulledFile[]): string {
  return files.map(({ path, state }) => `${state.padEnd(13)}  ${path}\n`).join("");
}

function countText(files: readonly PulledFile[]): string {
  const states = [...new Set(files.map(({ state }) => state))];
  return states.map((state) => `${state}: ${files.filter((file) => file.state === state).length} files\n`).join("");
}
