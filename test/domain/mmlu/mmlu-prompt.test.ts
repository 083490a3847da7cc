import { createHash } from "node:crypto";
import { serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { promptHash } from "../../../src/domain/mmlu/lm-eval-hashes.js";
import {
  contextHash,
  contextJson,
  mcqPrompt,
  mmluDescription,
  packedPrompt,
  questionBlock,
  unpackedPrompt,
} from "../../../src/domain/mmlu/mmlu-prompt.js";
import { mmluCategories, mmluSubjects, selectMmluSubjects } from "../../../src/domain/mmlu/mmlu-subjects.js";
import type { McqDoc, McqPrompt, McqTask } from "../../../src/domain/scoring/multiple-choice.js";
import { pythonStrip } from "../../../src/domain/python-strip.js";
import { matchesGlob } from "../../../src/domain/mmlu/task-selection.js";
import { evalError } from "../../support/eval-error.js";

const doc = (id: number, question: string, gold: number): McqDoc => ({
  id,
  question,
  choices: ["one ", "two", "three", "four"],
  gold,
  row: {},
});
const example = doc(1, "\u0085Example?\n", 1);
const asked = doc(0, " Asked? ", 2);
const task: McqTask = {
  name: "t",
  alias: "t",
  form: "letters",
  description: mmluDescription("us_foreign_policy"),
  docs: [asked],
  fewShots: () => [example],
  source: { path: "", sha256: "" },
};
const head = "The following are multiple choice questions (with answers) about us foreign policy.\n\n";
const block = (question: string) => `${question}\nA. one \nB. two\nC. three\nD. four\nAnswer:`;
const letters = ["A", "B", "C", "D"];
const spaced = letters.map((letter) => ` ${letter}`);

/** A text put together of parts; that they are its parts is tested with its hash. */
const textOf = (text: string) => ({ kind: "text", text, parts: expect.anything() as unknown });

describe("mcqPrompt", () => {
  it("is lm-eval's text without a chat template", () => {
    expect(mcqPrompt(task, asked, { chat: "none" })).toEqual({
      context: textOf(`${head}${block("Example?")} B\n\n${block("Asked?")}`),
      continuations: spaced,
    });
    expect(mcqPrompt({ ...task, fewShots: () => [] }, asked, { chat: "none" }).context).toEqual(
      textOf(head + block("Asked?")),
    );
  });

  it.each([
    ["SYS", "SYS\n\n"],
    ["SYS\n", "SYS\n"],
    ["", ""],
  ])("begins with the system prompt %j", (systemPrompt, start) => {
    const { context } = mcqPrompt(task, asked, { systemPrompt, chat: "none" });
    expect(context.kind === "text" && context.text.startsWith(start + head)).toBe(true);
  });

  it("joins a system prompt to a question without a description as lm-eval does: with nothing", () => {
    const bare = { ...task, description: "", fewShots: () => [] };
    expect(mcqPrompt(bare, asked, { systemPrompt: "SYS", chat: "none" }).context).toEqual(
      textOf(`SYS${block("Asked?")}`),
    );
  });

  it("is one message in a chat of one turn, after the system message", () => {
    expect(mcqPrompt(task, asked, { systemPrompt: "SYS", chat: "one-turn" })).toEqual({
      context: {
        kind: "chat",
        messages: [
          { role: "system", content: `SYS\n\n${head}` },
          { role: "user", content: `${block("Example?")} B\n\n${block("Asked?")}` },
        ],
      },
      continuations: letters,
    });
  });

  it("is an exchange an example in a chat of many turns", () => {
    expect(mcqPrompt({ ...task, description: "" }, asked, { chat: "multi-turn" })).toEqual({
      context: {
        kind: "chat",
        messages: [
          { role: "user", content: block("Example?") },
          { role: "assistant", content: "B" },
          { role: "user", content: block("Asked?") },
        ],
      },
      continuations: letters,
    });
  });

  it("shows and scores the texts of the choices in SDG's form", () => {
    const texts = { ...task, form: "texts", description: "" } as const;
    expect(mcqPrompt(texts, asked, { chat: "none" })).toEqual({
      context: textOf(`${block("Example?")} two\n\n${block("Asked?")}`),
      continuations: [" one ", " two", " three", " four"],
    });
    expect(mcqPrompt(texts, asked, { chat: "one-turn" }).continuations).toEqual(asked.choices);
  });

  it("gives the question without its cue", () => {
    expect(questionBlock(asked)).toBe("Asked?\nA. one \nB. two\nC. three\nD. four");
  });
});

describe("promptHash", () => {
  it("is over Python's JSON of the messages in a chat", () => {
    // hashlib.sha256('[{"role": "user", "content": "é\\n\\"", "type": "text"}]'.encode()).hexdigest()
    expect(promptHash({ kind: "chat", messages: [{ role: "user", content: 'é\n"' }] })).toBe(
      "1f646a4f5e2ad475ea90f30f5514400aba68c55350c4e325d4003dba2ce165d5",
    );
  });
});

describe("pythonStrip", () => {
  // [c for c in map(chr, range(0x110000)) if c.isspace()], CPython 3.12
  const spaces = new Set([
    0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
    0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
  ]);
  it("takes exactly Python's white space away, at both ends only", () => {
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      const stripped = pythonStrip(`${character}${character}x${character}y${character}`);
      expect(stripped === `x${character}y`).toBe(spaces.has(code));
    }
  });

  it("is quick on long runs of space", () => {
    expect(pythonStrip(`x${" ".repeat(500_000)}y${" ".repeat(500_000)}`)).toHaveLength(500_002);
    expect(pythonStrip(" ".repeat(500_000))).toBe("");
  });
});

describe("selectMmluSubjects", () => {
  it("has lm-eval's sizes", () => {
    const size = (category: string) => mmluSubjects.filter((subject) => subject.category === category);
    expect(
      mmluCategories.map((category) => [
        size(category).length,
        size(category).reduce((sum, { testSize }) => sum + testSize, 0),
      ]),
    ).toEqual([
      [19, 3153],
      [13, 3107],
      [12, 3077],
      [13, 4705],
    ]);
  });

  it.each<[string[], number]>([
    [[], 57],
    [["mmlu"], 57],
    [["*"], 57],
    [["mmlu_stem"], 19],
    [["stem"], 19],
    [["mmlu_stem_tasks"], 19],
    [["social sciences"], 12],
    [["social_sciences"], 12],
    [["mmlu_humanities", "other"], 26],
    [["anatomy"], 1],
    [["mmlu_anatomy", "anatomy", "stem"], 19],
    [["mmlu_high_school_*"], 14],
    [["college_?athematics"], 1],
    [[" mmlu_anatomy "], 1],
  ])("%j are %i", (names, count) => {
    const found = selectMmluSubjects(names);
    expect(found).toHaveLength(count);
    expect(found).toEqual(mmluSubjects.filter((subject) => found.includes(subject)));
  });

  it.each([
    ["mmlu_anatomi", "mmlu_anatomy"],
    ["STEM", "stem"],
    ["sociolgy", "sociology"],
    ["zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "there are, among others"],
  ])("offers the nearest names for %j", (name, offered) => {
    const error = thrown(() => selectMmluSubjects([name]));
    expect(error).toEqual(evalError("input", `"${name}"`, offered));
  });
});

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe("matchesGlob", () => {
  it("agrees with a regular expression", () => {
    const part = fc.constantFrom("a", "b", "*", "?", ".", "(");
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", ".", "("), maxLength: 8 }),
        fc.string({ unit: part, maxLength: 6 }),
        (text, pattern) => {
          const expression = pattern.replaceAll(/[.(]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
          expect(matchesGlob(text, pattern)).toBe(new RegExp(`^${expression}$`).test(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("is quick on many stars", () => {
    expect(matchesGlob("a".repeat(10_000), `${"*a".repeat(50)}b`)).toBe(false);
  });
});

/** A task with any texts, with and without an example; the texts before and of a question may end and begin within a character. */
function anyPrompts(description: string, question: string, choice: string): McqPrompt[] {
  const doc = { id: 0, question, choices: [choice, choice], gold: 1, row: {} };
  return [[], [doc]].flatMap((examples) => {
    const task = {
      name: "t",
      alias: "t",
      form: "texts" as const,
      description: `${description}\ud83d`,
      docs: [doc],
      fewShots: () => examples,
      source: { path: "t", sha256: "" },
    };
    return [doc, { ...doc, question: `\ude00${question}` }].map((asked) => mcqPrompt(task, asked, { chat: "none" }));
  });
}

describe("contextJson and contextHash", () => {
  it("are the JSON and the sha256 of the text, put together from parts or not, also where a part ends within a character", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (...texts) => {
        for (const { context } of anyPrompts(...texts)) {
          if (context.kind !== "text") throw new Error("a text was expected");
          expect(contextJson(context)).toBe(JSON.stringify(context.text));
          expect(contextJson({ kind: "text", text: context.text })).toBe(JSON.stringify(context.text));
          const sha256 = createHash("sha256").update(context.text).digest("hex");
          expect(contextHash(context)).toBe(sha256);
          expect(contextHash({ kind: "text", text: context.text })).toBe(sha256);
        }
      }),
    );
  });
});

describe("packedPrompt", () => {
  it("is the same prompt after a message, and the same JSON", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (...texts) => {
        for (const prompt of anyPrompts(...texts)) {
          const packed = packedPrompt(prompt);
          if (packed === undefined) throw new Error("a prompt of parts was expected");
          const { context, continuations } = unpackedPrompt(structuredClone(packed));
          expect({ context, continuations }).toEqual(prompt);
          if (context.kind === "text") expect(contextJson(context)).toBe(JSON.stringify(context.text));
        }
      }),
    );
  });

  it("holds what the prompts of a message begin with once", () => {
    const shots = [example];
    const long = { ...task, description: "x".repeat(5_000), fewShots: () => shots };
    const packed = Array.from({ length: 10 }, (_, id) =>
      packedPrompt(mcqPrompt(long, doc(id, "Asked?", 0), { chat: "none" })),
    );
    expect(serialize(packed).length).toBeLessThan(10_000);
  });

  it("is none for a chat", () => {
    expect(packedPrompt(mcqPrompt(task, asked, { chat: "one-turn" }))).toBeUndefined();
  });
});
