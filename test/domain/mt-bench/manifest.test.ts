import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerSettings, JudgmentSettings } from "../../../src/domain/mt-bench/manifest.js";
import {
  answerManifestSchema,
  answerSettingsSchema,
  judgmentManifestSchema,
  judgmentSettingsSchema,
  requireSameSettings,
} from "../../../src/domain/mt-bench/manifest.js";
import { judgedPart } from "../../../src/domain/mt-bench/manifest.js";
import { evalError } from "../../support/eval-error.js";

const answerSettings: AnswerSettings = {
  bench: "mt_bench",
  model: "m",
  questions_sha256: "aa",
  temperature: "by category",
  max_tokens: 1024,
  num_choices: 1,
  seed: null,
  system_prompt: null,
  extra_body: { top_k: 1, chat_template_kwargs: { a: [1, 2], b: null } },
};

const judgmentSettings: JudgmentSettings = {
  bench: "mt_bench",
  judge: "j",
  questions_sha256: "aa",
  prompts_hash: "bb",
  references_hash: null,
  temperature: 0,
  max_tokens: 2048,
  merge_system_user_message: false,
  parser: "strict",
  seed: null,
  extra_body: null,
};

const facts = {
  branchbench: { version: "1.0.0", code_sha256: "ff" },
  started: "2026-01-01T00:00:00.000Z",
  server_url: "http://127.0.0.1/v1",
  server_models: null,
  extra_header_names: [],
  questions: { source: "question.jsonl", count: 80 },
  selected: null,
};

describe("requireSameSettings", () => {
  it("is content with the same settings", () => {
    expect(() => requireSameSettings(answerSettings, structuredClone(answerSettings), "f")).not.toThrow();
  });

  it.each<[keyof AnswerSettings, unknown, string]>([
    ["bench", "mt_bench_branch", 'bench (there: "mt_bench", now: "mt_bench_branch")'],
    ["model", "n", 'model (there: "m", now: "n")'],
    ["questions_sha256", "cc", 'questions_sha256 (there: "aa", now: "cc")'],
    ["temperature", 0, 'temperature (there: "by category", now: 0)'],
    ["max_tokens", 2048, "max_tokens (there: 1024, now: 2048)"],
    ["num_choices", 2, "num_choices (there: 1, now: 2)"],
    ["seed", 0, "seed (there: null, now: 0)"],
    ["system_prompt", "", 'system_prompt (there: null, now: "")'],
    ["extra_body", null, 'extra_body (there: {"chat_template_kwargs":{"a":[1,2],"b":null},"top_k":1}, now: null)'],
  ])("refuses another %s and shows both values", (field, value, message) => {
    expect(() => requireSameSettings(answerSettings, { ...answerSettings, [field]: value }, "m.manifest.json")).toThrow(
      evalError("conflict", `m.manifest.json was made with other settings: ${message}`, "--fresh"),
    );
  });

  it("names every field that differs, and only those", () => {
    const wanted = { ...judgmentSettings, prompts_hash: "x", max_tokens: 1, merge_system_user_message: true };
    expect(() => requireSameSettings(judgmentSettings, wanted, "f")).toThrow(
      evalError(
        "conflict",
        /settings: prompts_hash \(.*\), max_tokens \(.*\), merge_system_user_message \(there: false, now: true\)$/,
      ),
    );
  });

  it("offers to read the judgments again where nothing but the parser differs", () => {
    const wanted = { ...judgmentSettings, parser: "fastchat" };
    expect(() => requireSameSettings(judgmentSettings, wanted, "f")).toThrow(
      evalError("conflict", 'parser (there: "strict", now: "fastchat")', "branchbench report --parser"),
    );
    expect(() => requireSameSettings(judgmentSettings, { ...wanted, seed: 1 }, "f")).toThrow(
      evalError("conflict", "parser", "use the same settings"),
    );
  });

  it("says of a field that an older manifest lacks that there is none", () => {
    expect(() => requireSameSettings({}, { seed: null }, "f")).toThrow(
      evalError("conflict", "seed (there: none, now: null)"),
    );
  });

  it("shows of two long values the part in which they differ", () => {
    const [one, other] = ["a", "b"].map((end) => `${"0123456789".repeat(9)}${end}`);
    const there = { ...judgmentSettings, references_hash: one ?? "" };
    expect(() => requireSameSettings(there, { ...there, references_hash: other }, "f")).toThrow(
      evalError("conflict", /there: \.\.\.\d{20}a", now: \.\.\.\d{20}b"\)$/),
    );
  });

  it("shortens long values", () => {
    const wanted = { ...answerSettings, system_prompt: "long ".repeat(100) };
    expect(() => requireSameSettings(answerSettings, wanted, "f")).toThrow(
      evalError("conflict", /now: "(long ){11}l\.\.\.\)$/),
    );
  });

  it("does not mind the order of keys, at any depth", () => {
    const extra_body = { chat_template_kwargs: { b: null, a: [1, 2] }, top_k: 1 };
    expect(() => requireSameSettings(answerSettings, { ...answerSettings, extra_body }, "f")).not.toThrow();
  });

  it("minds the order of lists", () => {
    const extra_body = { top_k: 1, chat_template_kwargs: { a: [2, 1], b: null } };
    expect(() => requireSameSettings(answerSettings, { ...answerSettings, extra_body }, "f")).toThrow(
      evalError("conflict", "extra_body"),
    );
  });

  it("compares whatever JSON somebody gives as extra_body by its meaning", () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, part]) => [key, reversed(part)]),
      );
    };
    const json = fc.json({ maxDepth: 2 }).map((text): unknown => JSON.parse(text));
    fc.assert(
      fc.property(json, json, (one, other) => {
        const compare = (there: unknown, now: unknown): void =>
          requireSameSettings({ extra_body: there }, { extra_body: now }, "f");
        expect(() => compare(one, reversed(one))).not.toThrow();
        if (isDeepStrictEqual(one, other)) expect(() => compare(one, other)).not.toThrow();
        else expect(() => compare(one, other)).toThrow(evalError("conflict", "extra_body"));
      }),
    );
  });
});

describe("the schemas of manifests", () => {
  it("accept what is written", () => {
    const answers = { kind: "answers", settings: answerSettings, facts };
    const judgments = { kind: "judgments", models: { m: { settings: judgmentSettings, facts } } };
    expect(answerManifestSchema.parse(answers)).toEqual(answers);
    expect(judgmentManifestSchema.parse(judgments)).toEqual(judgments);
  });

  it.each(Object.keys(answerSettings))("refuse answer settings without %s", (field) => {
    const result = answerSettingsSchema.safeParse({ ...answerSettings, [field]: undefined });
    expect(result.error?.issues.map(({ path }) => path)).toEqual([[field]]);
  });

  it.each(Object.keys(judgmentSettings))("refuse judgment settings without %s", (field) => {
    const result = judgmentSettingsSchema.safeParse({ ...judgmentSettings, [field]: undefined });
    expect(result.error?.issues.map(({ path }) => path)).toEqual([[field]]);
  });

  it("refuse an unknown field, which another version may have meant", () => {
    expect(answerSettingsSchema.safeParse({ ...answerSettings, top_p: 1 }).error?.issues[0]).toMatchObject({
      keys: ["top_p"],
    });
    expect(judgmentSettingsSchema.safeParse({ ...judgmentSettings, top_p: 1 }).error?.issues[0]).toMatchObject({
      keys: ["top_p"],
    });
  });
});

it.each(["constructor", "__proto__", "toString", "m"])(
  "judgedPart knows nothing of a model that is not there: %s",
  (model) => {
    expect(judgedPart({ kind: "judgments", models: {} }, model)).toBeUndefined();
    expect(judgedPart(undefined, model)).toBeUndefined();
  },
);
