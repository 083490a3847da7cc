import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MtBenchData } from "./data-sets.js";
import { mtBenchFiles, mtBenchPaths, sha256 } from "./data-sets.js";
import type { DownloadSettings } from "./download.js";
import { below, notPublished, openDownloader } from "./download.js";
import { exists } from "./output-tree.js";
import { replaceFile } from "./replace-file.js";

const evalCommit = "dede6883f7d2f74bf18b681a5bdc8a95e18015cb";

export const mtBenchAddress = `https://raw.githubusercontent.com/instructlab/eval/${evalCommit}/src/instructlab/eval/data`;

export interface PullOptions extends DownloadSettings {
  readonly dataDir: string;
  /** a mirror of the files, laid out as where they are published */
  readonly address?: string;
  /** told of each file once it is in place */
  readonly onFile?: (path: string, state: "downloaded" | "already there") => void;
}

/** Downloads the official MT-Bench. A file is put in place only when it is whole and exactly what was published. */
export async function pullMtBench(options: PullOptions): Promise<MtBenchData> {
  const downloader = openDownloader(options, offlineHint);
  try {
    for (const file of Object.values(mtBenchFiles)) {
      const path = join(options.dataDir, file.path);
      if ((await exists(path)) && sha256(await readFile(path)) === file.sha256) {
        options.onFile?.(path, "already there");
        continue;
      }
      const url = below(options.address ?? mtBenchAddress, file.source);
      const { bytes } = await downloader.get(url);
      if (sha256(bytes) !== file.sha256) throw notPublished(url, `sha256 ${sha256(bytes)}, expected ${file.sha256}`);
      await replaceFile(path, (temporary) => writeFile(temporary, bytes));
      options.onFile?.(path, "downloaded");
    }
  } finally {
    await downloader.close();
  }
  return mtBenchPaths(options.dataDir);
}

const offlineHint =
  "without internet, copy instructlab/eval's data files yourself and give them with --questions, --judge-prompts and --references";
