import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openQuestionFile } from "../../src/io/question-file.js";
import { findJudgingRules } from "../../src/pipeline/judging-rules.js";
import { makeReport } from "../../src/pipeline/report.js";
import { dataFolder, hasData, officialData } from "../support/data.js";
import type { Behaviour, ModelRequest } from "../support/model-server.js";
import { answer, startModelServer } from "../support/model-server.js";
import { startStage } from "../support/stage.js";

interface Recorded {
  readonly overall_score: number;
  readonly turn_scores: readonly [number, number];
  readonly error_rate: number;
  readonly requests: readonly { model: string; temperature: number; max_tokens: number; messages_sha256: string }[];
}

interface Sent {
  readonly model: string;
  readonly temperature: number;
  readonly max_tokens: number;
  readonly messages: readonly { role: string; content: string }[];
}

function hashOf(sent: Sent): string {
  return createHash("sha256")
    .update(JSON.stringify(sent.messages.map(({ role, content }) => [role, content])))
    .digest("hex");
}

/** Replies depend on nothing but the messages, by the rule under which the record was made. */
function recordedReply(request: ModelRequest): Behaviour {
  const sent = JSON.parse(request.text) as Sent;
  const hash = hashOf(sent);
  if (sent.model !== "gpt-4") return answer.ok(`Answer ${hash.slice(0, 24)}`);
  const n = Number.parseInt(hash.slice(0, 4), 16);
  if (n % 17 === 0) return answer.ok("I cannot rate this.");
  return answer.ok(n % 13 === 0 ? `Fine work. Rating: [[${(n % 9) + 1}.5]]` : `Fine work. Rating: [[${(n % 10) + 1}]]`);
}

function identity(request: {
  model: string;
  temperature: number;
  max_tokens: number;
  messages_sha256: string;
}): string {
  return JSON.stringify([request.model, request.temperature, request.max_tokens, request.messages_sha256]);
}

describe.skipIf(!hasData)("instructlab/eval's own requests and scores", () => {
  it("are reproduced: every request to the byte, every score to the last digit", async () => {
    const golden = JSON.parse(await readFile(join(dataFolder, "golden/upstream_requests.json"), "utf8"));
    const recorded = golden.mt_bench_plain as Recorded;
    await using server = await startModelServer({ reply: recordedReply });
    await using stage = await startStage();
    const questions = await openQuestionFile(join(dataFolder, "mt_bench/question.jsonl"));
    const rules = await findJudgingRules(
      {
        bench: "mt_bench",
        dataDir: await officialData(stage.folder),
        judgePrompts: "official",
      },
      questions,
    );
    const parser = "fastchat";
    await stage.gen(server.url, { questions, model: "mistral-candidate" }, { client: { model: "mistral-candidate" } });
    await stage.judge(
      server.url,
      { questions, rules, parser, model: "mistral-candidate", judge: "gpt-4" },
      { client: { model: "gpt-4" } },
    );
    const sent = server.requests.map(({ text }) => {
      const body = JSON.parse(text) as Sent;
      return identity({ ...body, messages_sha256: hashOf(body) });
    });
    expect(sent.sort()).toEqual(recorded.requests.map(identity).sort());
    const report = await makeReport({ bench: "mt_bench", output: stage.output, questions });
    const [model] = report.models;
    expect(model?.overall.mean).toBe(recorded.overall_score);
    expect(model?.turns.map(({ score }) => score.mean)).toEqual(recorded.turn_scores);
    expect(model?.errorRate).toBe(recorded.error_rate);
  });
});
