import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { mmluReportSchema } from "../../src/domain/mmlu/mmlu-report.js";
import { mmluCategories, mmluSubjects } from "../../src/domain/mmlu/mmlu-subjects.js";
import { runCli } from "../support/cli.js";
import { mmluFolder } from "../support/mmlu-folder.js";
import { startScoringServer } from "../support/scoring-server.js";
import { readRows } from "../support/stage.js";

const rowSchema = z.looseObject({
  name: z.string(),
  alias: z.string(),
  sample_len: z.number(),
  "acc,none": z.number(),
  "acc_stderr,none": z.number(),
});
const resultsSchema = z.looseObject({
  results: z.record(z.string(), rowSchema),
  groups: z.record(z.string(), rowSchema),
  group_subtasks: z.record(z.string(), z.array(z.string())),
});
const sampleSchema = z.looseObject({ acc: z.number() });

/** Two or three questions of each subject. */
const counts = Object.fromEntries(mmluSubjects.map(({ subject }, index) => [subject, 2 + (index % 2)]));
const total = Object.values(counts).reduce((sum, count) => sum + count, 0);

/** lm-eval's pooled standard error, written down once more; of 0s and 1s the variance of a sample is p(1 - p) n / (n - 1). */
function pooled(samples: readonly (readonly number[])[]): { readonly acc: number; readonly stderr: number } {
  const all = samples.flat();
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variances = samples.map((values) => mean(values) * (1 - mean(values)) * values.length);
  const variance = variances.reduce((sum, value) => sum + value, 0) / (all.length - samples.length);
  return { acc: mean(all), stderr: Math.sqrt(variance / all.length) };
}

describe("branchbench mmlu with all 57 subjects", () => {
  it("takes one request a question and four more a fall-back, and writes lm-eval's groups", async () => {
    await using folder = await mmluFolder(counts);
    await using server = await startScoringServer({ kind: "openai-completions", hidden: 0.2 });
    const places = ["--mmlu-data", folder.file("data"), "--output-dir", folder.file("out")];
    const args = ["mmlu", "--model", "m", "--server-url", server.url, ...places];
    const run = await runCli([...args, "--json"]);
    expect(run).toMatchObject({ code: 0 });
    const report = mmluReportSchema.parse(JSON.parse(run.stdout));
    expect(report).toMatchObject({ partial: null, scores: { selected: total, weighted: { n: total }, failed: {} } });
    expect(report.scores.tasks.map(({ task }) => task)).toEqual(mmluSubjects.map(({ name }) => name));

    const fallbacks = report.scores.ways["letters-fallback"] ?? 0;
    expect(fallbacks).toBeGreaterThan(10);
    expect(fallbacks).toBeLessThan(total / 2);
    expect(report.scores.requests).toBe(total + 4 * fallbacks);
    const isQuestion = (prompt: unknown): boolean => String(prompt).startsWith("The following are multiple choice");
    const asked = server.requests.filter(({ body }) => isQuestion(body["prompt"]));
    expect(asked).toHaveLength(total + 4 * fallbacks);
    expect(asked.filter(({ body }) => body["echo"] === true)).toHaveLength(4 * fallbacks);

    const resultsFile = /^results: (.*)$/m.exec(run.stderr)?.[1] ?? "";
    const results = resultsSchema.parse(JSON.parse(await folder.read(resultsFile.slice(folder.path.length + 1))));
    const groups = mmluCategories.map((category) => `mmlu_${category}`);
    expect(Object.keys(results.groups)).toEqual(["mmlu", ...groups]);
    expect(Object.keys(results.results)).toEqual(["mmlu", ...groups, ...mmluSubjects.map(({ name }) => name)]);
    expect(results.group_subtasks["mmlu"]).toEqual(groups);
    const samples = await samplesOf(dirname(resultsFile));
    for (const [name, group] of Object.entries(results.groups)) {
      const members = mmluSubjects.filter(({ category }) => name === "mmlu" || name === `mmlu_${category}`);
      if (name !== "mmlu") expect(results.group_subtasks[name]).toEqual(members.map((member) => member.name));
      const { acc, stderr } = pooled(members.map((member) => samples.get(member.name) ?? []));
      expect(group).toMatchObject({
        name,
        sample_len: members.reduce((sum, { subject }) => sum + counts[subject]!, 0),
      });
      expect(group["acc,none"]).toBeCloseTo(acc, 12);
      expect(group["acc_stderr,none"]).toBeCloseTo(stderr, 12);
      expect(results.results[name]).toEqual(group);
    }

    const ilab = await runCli([...args, "--format", "ilab"]);
    const lines = ilab.stdout.trimEnd().split("\n");
    const mean = mmluSubjects.reduce((sum, { name }) => sum + pooled([samples.get(name) ?? []]).acc, 0) / 57;
    expect(lines.slice(0, 4)).toEqual(["# KNOWLEDGE EVALUATION REPORT", "", "## MODEL (SCORE)", expect.any(String)]);
    expect(Number(/^m \((.*)\/1\.0\)$/.exec(lines[3] ?? "")?.[1])).toBeCloseTo(mean, 1);
    expect(lines.slice(6).map((line) => line.split(" - ")[0])).toEqual(mmluSubjects.map(({ name }) => name));
    expect(ilab.stdout).not.toContain("partial");
  });
});

/** 1 or 0 for each question, by task. */
async function samplesOf(folder: string): Promise<ReadonlyMap<string, number[]>> {
  const samples = new Map<string, number[]>();
  for (const file of await readdir(folder)) {
    const task = /^samples_(.*)_\d{4}-/.exec(file)?.[1];
    if (task === undefined) continue;
    const rows = await readRows(join(folder, file));
    samples.set(
      task,
      rows.map((row) => sampleSchema.parse(row).acc),
    );
  }
  return samples;
}
