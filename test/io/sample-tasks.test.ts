import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mcqPrompt } from "../../src/domain/mmlu/mmlu-prompt.js";
import type { McqTask } from "../../src/domain/scoring/multiple-choice.js";
import type { EmbeddedServer } from "../../src/embedded/server.js";
import { startEmbeddedServer } from "../../src/embedded/server.js";
import { readKnowledgePairs } from "../../src/io/knowledge-pairs.js";
import { packageRoot } from "../../src/io/package-info.js";
import { readTaskFolder } from "../../src/io/task-folder.js";

const taxonomy = join(packageRoot, "taxonomy");
const folder = join(taxonomy, "mmlu_tasks");
const reading = { folder, names: [], fewShots: 5, fewShotsFrom: "others", wrongGold: "refuse" } as const;

/** The log-probability of each choice after its prompt, as lm-eval asks for it: echo, summed over the continuation. */
async function accuracy(server: EmbeddedServer, model: string, task: McqTask): Promise<number> {
  let right = 0;
  for (const doc of task.docs) {
    const { context, continuations } = mcqPrompt(task, doc, { chat: "none" });
    if (context.kind !== "text") throw new Error("a text was expected");
    const sums: number[] = [];
    for (const continuation of continuations) {
      const body = {
        model,
        prompt: context.text + continuation,
        max_tokens: 0,
        echo: true,
        logprobs: 1,
        temperature: 0,
      };
      const reply = await fetch(`${server.url}/completions`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
      const { choices } = (await reply.json()) as any;
      const { token_logprobs: logprobs, text_offset: offsets } = choices[0].logprobs;
      sums.push(
        logprobs.reduce(
          (sum: number, value: number, index: number) => (offsets[index] >= context.text.length ? sum + value : sum),
          0,
        ),
      );
    }
    if (sums.indexOf(Math.max(...sums)) === doc.gold) right++;
  }
  return right / task.docs.length;
}

describe("the sample tasks", () => {
  it("are one of each form, with right answers that agree with what was written", async () => {
    const { tasks, notes } = await readTaskFolder({ ...reading, workingFolder: packageRoot });
    expect(notes).toEqual([]);
    expect(tasks.map(({ name, form, docs }) => [name, form, docs.length])).toEqual([
      ["knowledge_games_pebblewick", "texts", 7],
      ["pebblewick_rules", "letters", 8],
    ]);
    for (const { docs } of tasks) expect(new Set(docs.map(({ gold }) => gold)).size).toBe(4);
  });

  it("are known to a model that learned the branch, and not to one that did not", async () => {
    const { tasks } = await readTaskFolder({ ...reading, workingFolder: packageRoot });
    const learned = await readKnowledgePairs(join(taxonomy, "rc", "knowledge", "games", "pebblewick", "qna.yaml"));
    await using server = await startEmbeddedServer({
      models: {
        tuned: { kind: "candidate", pairs: learned },
        base: { kind: "candidate", pairs: [{ question: "What is the capital of France?", answer: "Paris" }] },
      },
    });
    for (const task of tasks) {
      expect(await accuracy(server, "tuned", task)).toBe(1);
      expect(await accuracy(server, "base", task)).toBeLessThanOrEqual(0.5);
    }
  });
});
