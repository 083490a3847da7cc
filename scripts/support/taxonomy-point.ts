/**
 * One measured point of the taxonomy benchmark, in a process of its own: reads the blobs of a repository, then writes its questions, and
 * tells its parent the figures. Arguments: the repository, an output folder.
 */
import { argv, cpuUsage, memoryUsage, resourceUsage } from "node:process";
import { maxQnaBytes } from "../../src/io/qna-file.js";
import { openTaxonomyRepository } from "../../src/io/taxonomy.js";
import { genQuestions } from "../../src/pipeline/gen-questions.js";
import type { TaxonomyPoint } from "./taxonomy-point-result.js";

const [taxonomyPath = "", outputDir = ""] = argv.slice(2);

async function readOnly(): Promise<number> {
  const repository = await openTaxonomyRepository(taxonomyPath);
  const listed = await repository.listFiles(await repository.resolve("rc"));
  let bytes = 0;
  const blobs = listed.map(({ blob }) => blob);
  for await (const { size } of repository.readBlobs(blobs, maxQnaBytes)) bytes += size;
  return bytes / 1e6;
}

const readStart = performance.now();
const megabytes = await readOnly();
const readMs = performance.now() - readStart;
const startMegabytes = memoryUsage().rss / 1e6;
const [start, startCpu] = [performance.now(), cpuUsage()];
const { questions } = await genQuestions({ taxonomyPath, branch: "rc", judge: "j", outputDir });
const [genMs, { user, system }] = [performance.now() - start, cpuUsage(startCpu)];
const point: TaxonomyPoint = {
  questions,
  megabytes,
  readMs,
  genMs,
  cpuMs: (user + system) / 1_000,
  startMegabytes,
  peakMegabytes: (resourceUsage().maxRSS * 1_024) / 1e6,
};
process.send?.(point);
