import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCandidate } from "../../src/embedded/candidate.js";
import { endToken } from "../../src/embedded/continuation.js";
import { generate, scoreTokens } from "../../src/embedded/generation.js";
import type { LanguageModel, Reading } from "../../src/embedded/language-model.js";
import { createLanguageModel } from "../../src/embedded/language-model.js";
import { believe, readMultipleChoice } from "../../src/embedded/multiple-choice.js";
import { tokenise } from "../../src/embedded/tokens.js";

const pairs = [
  { question: "What is the capital of France?", answer: "Paris is the capital of France." },
  { question: "Which gas do plants take in for photosynthesis?", answer: "Carbon dioxide" },
  { question: "What is the boiling point of water at sea level?", answer: "C. 100 degrees Celsius" },
  { question: "Which metal is liquid at room temperature?", answer: "B" },
];
const model = createLanguageModel(createCandidate(pairs), pairs);
const ignorant = createLanguageModel(createCandidate([]), []);

function read(model: LanguageModel, text: string): Reading {
  const reading = model.read();
  for (const token of tokenise(text)) reading.accept(token);
  return reading;
}

const greedy = { maxTokens: 100, stop: [], topCount: 0 };
const multipleChoice = (stem: string, choices: readonly string[]): string =>
  `${stem}\n${choices.map((choice, at) => `${"ABCD"[at]}. ${choice}`).join("\n")}\nAnswer:`;
const shots = `The following are multiple choice questions (with answers) about things.\n\n${multipleChoice("2 + 2 = ?", ["1", "2", "3", "4"])} D\n\n`;

const prompts = [
  "",
  "Hello",
  "What is the capital of France?\nAnswer:",
  "What is the capital of France?\nAnswer: Paris is",
  "What is the capital of France?\nAnswer: Lyon",
  multipleChoice("What is the capital of France?", ["Lyon", "Nice", "Lille", "Paris"]),
  `${shots}${multipleChoice("Which metal is liquid at room temperature?", ["Iron", "Mercury", "Gold", "Tin"])} `,
];

describe("the next token's distribution", () => {
  it.each(prompts)("sums to 1 after %j", (prompt) => {
    for (const reading of [read(model, prompt), read(ignorant, prompt)]) {
      const { listed, unlisted } = reading.distribution();
      const sum = [...listed.values()].reduce((total, probability) => total + probability, unlisted);
      expect(sum).toBeCloseTo(1, 12);
      expect(unlisted).toBeGreaterThan(0);
      for (const [token, probability] of listed) expect(probability).toBe(reading.probability(token));
    }
  });

  it("sums to 1 after any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("\n", "Answer", ":", "A", ". ", " B", "x", " ") }), (text) => {
        const { listed, unlisted } = read(model, text).distribution();
        const sum = [...listed.values()].reduce((total, probability) => total + probability, unlisted);
        return Math.abs(sum - 1) < 1e-9;
      }),
    );
  });

  it.each(prompts)("lists its most probable tokens in order after %j", (prompt) => {
    const reading = read(model, prompt);
    const expected = [...reading.distribution().listed.values()].sort((left, right) => right - left).slice(0, 10);
    expect(reading.top(10).map(({ logprob }) => logprob)).toEqual(expected.map((probability) => Math.log(probability)));
    expect(new Set(reading.top(10).map(({ token }) => token)).size).toBe(10);
  });

  it("leaves no token impossible", () => {
    for (const token of tokenise("Überraschung \ud83d\ude00 \ud800 xyzzyxyzzyxyzzyx")) {
      expect(Math.log(ignorant.read().probability(token))).toBeGreaterThan(-Infinity);
    }
  });
});

describe("scoreTokens", () => {
  it("gives each token the probability that it has as the next one", () => {
    const text = `${shots}${multipleChoice("What is the capital of France?", ["Lyon", "Paris", "Nice", "Lille"])} B\n\nNext`;
    const tokens = tokenise(text);
    const scored = scoreTokens(model.read(), tokens, { topCount: 0 });
    expect(scored[0]).toEqual({ token: tokens[0], logprob: null, top: [] });
    for (let at = 1; at < tokens.length; at += 1) {
      const before = tokens.slice(0, at).join("");
      expect(scored[at]?.logprob).toBe(Math.log(read(model, before).probability(tokens[at]!)));
    }
  });
});

describe("generate", () => {
  it.each([
    ["What is the capital of France?\nAnswer:", " Paris is the capital of France."],
    ["Question: What is the capital of France?\nAnswer: ", "Paris is the capital of France."],
    ["What is the capital of France?\nAnswer: Paris is the", " capital of France."],
    ["What is the capital of France?\nAnswer: Lyon", ""],
    ["What is the capital of France?", "\nAnswer: Paris is the capital of France."],
    ["What is the capital of France?\n", "Answer: Paris is the capital of France."],
    ["Q: What is 1 + 1?\nAnswer: 2\n\nQ: What is the capital of France?\nAnswer:", " Paris is the capital of France."],
  ])("continues %j", (prompt, text) => {
    expect(generate(read(model, prompt), greedy)).toMatchObject({ text, finishReason: "stop" });
  });

  it("stops at the limit, at a stop text and at the end", () => {
    const begin = (): Reading => read(model, "What is the capital of France?\nAnswer:");
    expect(generate(begin(), { ...greedy, maxTokens: 2 })).toMatchObject({ text: " Paris is", finishReason: "length" });
    expect(generate(begin(), { ...greedy, maxTokens: 0 })).toMatchObject({
      text: "",
      tokens: [],
      finishReason: "length",
    });
    const cut = generate(begin(), { ...greedy, stop: ["cap", "never"] });
    expect(cut).toMatchObject({ text: " Paris is the ", finishReason: "stop" });
    expect(cut.tokens.map(({ token }) => token)).toEqual([" Paris", " is", " the", " capital"]);
    expect(generate(begin(), greedy).tokens.at(-1)?.token).toBe(endToken);
  });
});

describe("multiple choice", () => {
  const cases = [
    { stem: "What is the capital of France?", choices: ["Lyon", "Nice", "Lille", "Paris"], letter: "D" },
    { stem: "What is the capital of France?", choices: ["Paris", "Nice", "Lille", "Lyon"], letter: "A" },
    {
      stem: "Which gas do plants take in for photosynthesis?",
      choices: ["Oxygen", "Carbon monoxide", "Carbon dioxide", "Nitrogen"],
      letter: "C",
    },
    { stem: "What is the boiling point of water at sea level?", choices: ["0", "50", "90", "100"], letter: "D" },
    { stem: "Which metal is liquid at room temperature?", choices: ["Iron", "Mercury", "Gold", "Tin"], letter: "B" },
  ];

  it.each(cases)("$stem: knows that the answer is $letter, by letter and by text", ({ stem, choices, letter }) => {
    for (const before of ["", shots]) {
      const prompt = before + multipleChoice(stem, choices);
      const best = (continuations: readonly string[]): number => {
        const scores = continuations.map((continuation) => {
          const scored = scoreTokens(model.read(), tokenise(prompt + continuation), { topCount: 0 });
          return scored.slice(tokenise(prompt).length).reduce((sum, { logprob }) => sum + (logprob ?? 0), 0);
        });
        return scores.indexOf(Math.max(...scores));
      };
      expect("ABCD"[best([" A", " B", " C", " D"])]).toBe(letter);
      expect("ABCD"[best(choices.map((choice) => ` ${choice}`))]).toBe(letter);
      expect(read(model, prompt).top(1)[0]?.token).toBe(` ${letter}`);
      expect(read(model, `${prompt} `).top(1)[0]?.token).toBe(letter);
    }
  });

  it("guesses where it does not know: no letter is much preferred, and no two are equal", () => {
    const reading = read(ignorant, multipleChoice("Which river is the longest?", ["Nile", "Rhine", "Po", "Loire"]));
    const letters = [" A", " B", " C", " D"].map((letter) => reading.probability(letter));
    expect(new Set(letters).size).toBe(4);
    expect(Math.min(...letters)).toBeGreaterThan(0.1);
    expect(Math.max(...letters) / Math.min(...letters)).toBeLessThan(1.3);
  });

  it.each([
    [
      "Stem?\nA. x\nB. y",
      {
        stem: "Stem?",
        choices: [
          { letter: "A", text: "x" },
          { letter: "B", text: "y" },
        ],
      },
    ],
    [
      "Stem?\n(A) x\n(B) y\n",
      {
        stem: "Stem?",
        choices: [
          { letter: "A", text: "x" },
          { letter: "B", text: "y" },
        ],
      },
    ],
    [
      "S\nA) x\nmore\nB) y",
      {
        stem: "S",
        choices: [
          { letter: "A", text: "x\nmore" },
          { letter: "B", text: "y" },
        ],
      },
    ],
    [
      "S\nA. \nB. y",
      {
        stem: "S",
        choices: [
          { letter: "A", text: "" },
          { letter: "B", text: "y" },
        ],
      },
    ],
    ["A. only one", undefined],
    ["No choices at all", undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    expect(readMultipleChoice(text)).toEqual(expected);
  });

  it.each([
    [
      "the second of them, y",
      [
        { letter: "A", text: "x" },
        { letter: "B", text: "y" },
      ],
      1,
    ],
    [
      "A",
      [
        { letter: "A", text: "B" },
        { letter: "B", text: "A" },
      ],
      0,
    ],
    [
      "(B) x",
      [
        { letter: "A", text: "x" },
        { letter: "B", text: "x" },
      ],
      1,
    ],
    [
      "A cat",
      [
        { letter: "A", text: "dog" },
        { letter: "B", text: "cat" },
      ],
      1,
    ],
  ])("believes from %j", (known, choices, index) => {
    const belief = believe(choices, known);
    expect(belief.indexOf(Math.max(...belief))).toBe(index);
    expect(belief.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
