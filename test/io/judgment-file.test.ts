import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeJudgment } from "../../src/domain/mt-bench/eval-output.js";
import type { RatedJudgment } from "../../src/domain/mt-bench/judgment.js";
import { judgmentKey } from "../../src/domain/mt-bench/judgment.js";
import {
  readJudgmentGroups,
  readJudgments,
  readRatedJudgments,
  removeModel,
  settleJudgments,
} from "../../src/io/judgment-file.js";
import { collect } from "../support/collect.js";
import { evalError } from "../support/eval-error.js";
import { tempFolder } from "../support/temp-folder.js";

const judgment: RatedJudgment = {
  kind: "rated",
  questionId: 1,
  model: "m",
  judge: "j",
  promptName: "single-v1",
  userPrompt: "long prompt",
  turn: 1,
  choice: 0,
  answerHash: "hash",
  tstamp: 1,
  text: "long reply [[8]]",
  rating: { kind: "scored", score: 8 },
};

function line(change: Partial<RatedJudgment> = {}): string {
  return `${JSON.stringify(encodeJudgment({ ...judgment, ...change }))}\n`;
}

const failure = `${JSON.stringify(encodeJudgment({ ...judgment, kind: "failed", turn: 2, reason: "timeout", message: "" }))}\n`;

describe("readJudgments", () => {
  it("reads rated and failed ones, and nothing where there is no file", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("j_single.jsonl", line() + failure);
    expect((await collect(readJudgments(path))).map(({ kind, turn }) => [kind, turn])).toEqual([
      ["rated", 1],
      ["failed", 2],
    ]);
    expect(await collect(readJudgments(folder.file("missing.jsonl")))).toEqual([]);
  });

  it("names file, line and field of a faulty line", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("j_single.jsonl", `${line()}${line().replace('"score":8', '"score":"8"')}`);
    await expect(collect(readJudgments(path))).rejects.toEqual(evalError("input", `${path}:2: field score: `));
  });
});

describe("readJudgmentGroups", () => {
  const groups = async (path: string) => (await collect(readJudgmentGroups(path))).flatMap((group) => [...group]);

  it("reads what readJudgments does but what the judge was asked, whatever that is and however it is written", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("\\", '"', '"user_prompt":"', "user_prompt", ":", " ", "\n", "}", "é"), {
          maxLength: 12,
        })
        .map((parts) => parts.join("")),
    );
    await using folder = await tempFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ userPrompt: text, text, model: text }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (changes, isSpaced) => {
          const rows = changes.map((change) => encodeJudgment({ ...judgment, ...change }));
          // Python writes a space behind each colon
          const written = rows.map((row) =>
            isSpaced ? JSON.stringify(row).replace('"user_prompt":', '"user_prompt": ') : JSON.stringify(row),
          );
          const path = await folder.write("j_single.jsonl", `${written.join("\n")}\n`);
          const all = await collect(readJudgments(path));
          expect(all.map(({ userPrompt }) => userPrompt)).toEqual(changes.map(({ userPrompt }) => userPrompt));
          expect(await groups(path)).toEqual(all.map((one) => ({ ...one, userPrompt: "" })));
        },
      ),
    );
  });

  it("names the place of a fault in the line as it stands in the file", async () => {
    await using folder = await tempFolder();
    const broken = await folder.write("broken.jsonl", line() + line().replace('"score":8', '"score":8 !'));
    const torn = await folder.write("torn.jsonl", line().slice(0, 90));
    for (const path of [broken, torn]) {
      const said: unknown = await collect(readJudgments(path)).catch((error: unknown) => error);
      expect(said).toEqual(evalError("input", /: not valid JSON \(.*character/));
      await expect(groups(path)).rejects.toEqual(said);
    }
  });

  it("leaves it to the schema to refuse a prompt that is no text", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("j_single.jsonl", line().replace('"long prompt"', "7"));
    await expect(groups(path)).rejects.toEqual(evalError("input", `${path}:1: field user_prompt: `));
  });
});

describe("readRatedJudgments", () => {
  it("finds the last reply of each turn of one model, without its long texts", async () => {
    await using folder = await tempFolder();
    const later = line({ rating: { kind: "scored", score: 3 } });
    const path = await folder.write(
      "j_single.jsonl",
      line() + line({ model: "other" }) + line({ choice: 1 }) + failure + later,
    );
    const rated = await readRatedJudgments(path, "m");
    expect([...rated.keys()]).toEqual([judgmentKey(judgment), judgmentKey({ ...judgment, choice: 1 })]);
    expect(rated.get(judgmentKey(judgment))).toMatchObject({
      rating: { score: 3 },
      answerHash: "hash",
      text: "",
      userPrompt: "",
    });
  });
});

describe("settleJudgments", () => {
  it("sorts by model, question, turn and repeat, and keeps the last of each", async () => {
    await using folder = await tempFolder();
    const sorted = [
      line({ questionId: 2 }),
      line({ questionId: 10, choice: 0 }),
      line({ questionId: 10, choice: 1 }),
      line({ questionId: 10, turn: 2 }),
      line({ questionId: "1" }),
      line({ model: "n", questionId: 1 }),
    ];
    const replaced = line({ questionId: 10, choice: 1, text: "old [[1]]" });
    const path = await folder.write("j_single.jsonl", [replaced, ...sorted.toReversed()].join(""));
    await settleJudgments(path);
    expect(await folder.read("j_single.jsonl")).toBe(sorted.join(""));
  });

  it("takes lines of upstream, which know no repeats, for the first answer", async () => {
    await using folder = await tempFolder();
    const upstream = line().replace(',"choice":0', "");
    const path = await folder.write("j_single.jsonl", upstream + line({ text: "again [[7]]" }));
    await settleJudgments(path);
    expect(await folder.read("j_single.jsonl")).toBe(line({ text: "again [[7]]" }));
  });

  it("does nothing where there is no file", async () => {
    await using folder = await tempFolder();
    await settleJudgments(folder.file("j_single.jsonl"));
    expect(await folder.list()).toEqual([]);
  });
});

describe("removeModel", () => {
  it("takes one model's lines out and copies the others to the byte", async () => {
    await using folder = await tempFolder();
    const foreign =
      '{"question_id": 81, "model": "other", "judge": ["j", "p"], "user_prompt": "", "judgment": "ä", "score": 5.0, "turn": 1, "x": 1e2}\n';
    const path = await folder.write("j_single.jsonl", line() + foreign + failure + line({ model: "m2" }));
    await removeModel(path, "m");
    expect(await folder.read("j_single.jsonl")).toBe(foreign + line({ model: "m2" }));
  });

  it("names file and line of what it cannot read, and changes nothing", async () => {
    await using folder = await tempFolder();
    const path = await folder.write("j_single.jsonl", `${line()}{"question_id": 1}\n`);
    await expect(removeModel(path, "m")).rejects.toEqual(evalError("input", `${path}:2: field model: `));
    expect(await folder.list()).toEqual(["j_single.jsonl"]);
    await expect(settleJudgments(path)).rejects.toEqual(evalError("input", `${path}:2: field model: `));
  });
});
