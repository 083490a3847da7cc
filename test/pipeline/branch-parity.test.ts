import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openQuestionFile } from "../../src/io/question-file.js";
import { genQuestions } from "../../src/pipeline/gen-questions.js";
import { findJudgingRules } from "../../src/pipeline/judging-rules.js";
import { dataFolder, hasData, officialData } from "../support/data.js";
import { qnaText } from "../support/git.js";
import { answer, startModelServer } from "../support/model-server.js";
import { startStage } from "../support/stage.js";
import { tempFolder } from "../support/temp-folder.js";

interface Example {
  readonly question: string;
  readonly answer: string;
  readonly context?: string;
}

interface Sent {
  readonly model: string;
  readonly temperature: number;
  readonly max_tokens: number;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** Our own branch: with context and without, with what a template could trip over, and two contexts under one question. */
const files: Readonly<Record<string, readonly Example[]>> = {
  "compositional_skills/writing/qna.yaml": [
    { question: "Write a line about rain.\nIt should rhyme.", answer: "Rain, again." },
    { question: "What does {answer} mean in {question}?", answer: "A place to be filled: {ref_answer_1}." },
    { question: "¿Qué es «œuvre»? 🎨", answer: "Una obra — $& $1 {{context}}." },
  ],
  "foundational_skills/tables/csv/qna.yaml": [
    { question: "How many rows are there?", answer: "Two.", context: "a,b\n1,2\n3,4\n" },
    { question: "How many rows are there?", answer: "None.", context: "a,b" },
    { question: "How many rows are there?", answer: "It depends on the table." },
  ],
  "other/qna.yaml": [{ question: "Where is this file?", answer: "In a folder of its own." }],
  "knowledge/facts/qna.yaml": [{ question: "Is this asked?", answer: "No." }],
};

/** A request by what upstream's record tells requests apart. */
function identity({ model, temperature, max_tokens, messages }: Sent): string {
  return JSON.stringify([model, temperature, max_tokens, messages.map(({ role, content }) => [role, content])]);
}

/** The reply to a question is a function of the question, as in the records. */
function replyTo(content: string): string {
  return `Answer ${createHash("sha256").update(content).digest("hex").slice(0, 24)} {question} $&`;
}

/** What upstream would send for these files, written down from its description and sharing no code with the product. */
async function expectedRequests(): Promise<string[]> {
  const lines = (await readFile(join(dataFolder, "mt_bench/judge_prompts.branch.jsonl"), "utf8")).trim().split("\n");
  const prompts = lines.map((line) => JSON.parse(line) as Record<string, string>);
  // taxonomy questions have one turn, and their category is among those that are judged with the reference
  const prompt = prompts.find(({ name }) => name === "single-math-v1");
  const requests: Sent[] = [];
  for (const [path, examples] of Object.entries(files)) {
    if (path.startsWith("knowledge/")) continue;
    for (const { question, context, answer: reference } of examples) {
      const content =
        context === undefined
          ? question
          : `Given the context below:\n${context}\nAnswer the following question: ${question}`;
      requests.push({
        model: "candidate",
        temperature: 0.7,
        max_tokens: 1024,
        messages: [{ role: "user", content }],
      });
      const values: Readonly<Record<string, string>> = {
        question: content,
        answer: replyTo(content),
        ref_answer_1: reference,
      };
      const template = prompt?.["prompt_template"] ?? "";
      const user = template.replaceAll(/\{(question|answer|ref_answer_1)\}/g, (_, name: string) => values[name] ?? "");
      requests.push({
        model: "judge",
        temperature: 0,
        max_tokens: 2048,
        messages: [
          { role: "system", content: prompt?.["system_prompt"] ?? "" },
          { role: "user", content: user },
        ],
      });
    }
  }
  return requests.map(identity).sort();
}

describe.skipIf(!hasData)("instructlab/eval's requests for a taxonomy branch", () => {
  it("are reproduced: no distinct request missing, none too many", async () => {
    await using server = await startModelServer({
      reply: ({ text }) => {
        const sent = JSON.parse(text) as Sent;
        return answer.ok(sent.model === "judge" ? "Rating: [[7]]" : replyTo(sent.messages.at(-1)?.content ?? ""));
      },
    });
    await using stage = await startStage();
    await using folder = await tempFolder();
    for (const [path, examples] of Object.entries(files)) await folder.write(`taxonomy/${path}`, qnaText(examples));
    const { paths } = await genQuestions({ taxonomyPath: folder.file("taxonomy"), outputDir: folder.file("sets") });
    const questions = await openQuestionFile(paths?.questions ?? "");
    const bench = "mt_bench_branch";
    const dataDir = await officialData(folder.path);
    const rules = await findJudgingRules({ bench, dataDir, judgePrompts: "official" }, questions);
    const common = { bench, questions, model: "candidate" };
    await stage.gen(server.url, { ...common, temperature: 0.7 }, { client: { model: "candidate" } });
    await stage.judge(
      server.url,
      { ...common, rules, judge: "judge", parser: "fastchat" },
      { client: { model: "judge" } },
    );
    const sent = server.requests.map(({ text }) => identity(JSON.parse(text) as Sent));
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.sort()).toEqual(await expectedRequests());
  });
});
