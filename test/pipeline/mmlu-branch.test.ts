import { expect, it } from "vitest";
import { moreThanShown } from "../../src/domain/mmlu/mmlu-comparison.js";
import { mmluBranch } from "../../src/pipeline/mmlu-branch.js";
import { mmluComparisonMarkdown } from "../../src/render/mmlu-comparison-markdown.js";
import { mmluComparisonText } from "../../src/render/mmlu-comparison-text.js";
import { mmluComparisonIlab } from "../../src/render/mmlu-ilab.js";
import { chosen, mmluInput, mmluPorts, sampleTask } from "../support/mcq.js";
import { tempFolder } from "../support/temp-folder.js";

/** Of twelve questions the tuned model gains eight and loses two. */
async function comparison(folder: string, firstN?: number) {
  const { model: _, ...asked } = mmluInput(folder, [sampleTask("alpha", 12)], firstN === undefined ? {} : { firstN });
  const rightOf = (isRight: (id: number) => boolean) =>
    mmluPorts(({ doc }) => chosen(isRight(doc.id) ? doc.gold : (doc.gold + 1) % 4)).ports;
  const { result } = await mmluBranch(
    { asked, models: { base: "base", tuned: "tuned" }, tasksFrom: "tasks", command: "branchbench mmlu-branch" },
    { base: rightOf((id) => id >= 8), tuned: rightOf((id) => id < 10) },
  );
  return result;
}

it("says how many questions changed beside those that are shown", async () => {
  await using folder = await tempFolder();
  const result = await comparison(folder.path);
  expect([moreThanShown(result, "gained"), moreThanShown(result, "lost")]).toEqual([3, 0]);
  const [right = "", wrong = ""] = mmluComparisonMarkdown(result).split("<details>").slice(1);
  expect(right).toContain("Newly right");
  expect(right.match(/, question \d+$/gm)).toHaveLength(5);
  expect(right).toContain("… and 3 more; `--format csv` has all.");
  expect(wrong.match(/, question \d+$/gm)).toHaveLength(2);
  expect(wrong).not.toContain("more;");
});

it("says in every form that a part was asked", async () => {
  await using folder = await tempFolder();
  const part = await comparison(folder.path, 3);
  expect(mmluComparisonIlab(part).endsWith("\n\n### PARTIAL:\nthe first 3 questions of each task\n")).toBe(true);
  expect(mmluComparisonMarkdown(part)).toContain("**Partial:** `the first 3 questions of each task`");
  expect(mmluComparisonText(part)).toContain("(Partial: the first 3 questions of each task.)");
  const whole = await comparison(folder.path);
  for (const form of [mmluComparisonIlab, mmluComparisonMarkdown, mmluComparisonText])
    expect(form(whole)).not.toMatch(/partial/i);
});
