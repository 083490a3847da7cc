import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../src/domain/server/chat-model.js";
import { createCandidate, unknownAnswer } from "../../src/embedded/candidate.js";
import { rateLastAnswer } from "../../src/embedded/judge.js";
import { demoQuestions, pairsOf } from "./demo-questions.js";

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

describe("createCandidate", () => {
  it("answers both turns of every question it was taught", () => {
    const candidate = createCandidate(pairsOf(demoQuestions));
    for (const { turns, reference } of demoQuestions) {
      const firstReply = candidate.answer([user(turns[0])]);
      expect(firstReply).toBe(reference[0]);
      expect(candidate.answer([user(turns[0]), assistant(firstReply), user(turns[1])])).toBe(reference[1]);
    }
  });

  it("says that it does not know where no pair is close", () => {
    const candidate = createCandidate(pairsOf(demoQuestions.slice(0, 8)));
    for (const { turns } of demoQuestions.slice(8)) {
      expect(candidate.answer([user(turns[0])])).toBe(unknownAnswer);
      expect(candidate.answer([user(turns[0]), assistant(unknownAnswer), user(turns[1])])).toBe(unknownAnswer);
    }
    expect(createCandidate([]).answer([user("Why?")])).toBe(unknownAnswer);
    expect(candidate.answer([])).toBe(unknownAnswer);
    expect(candidate.answer([user("")])).toBe(unknownAnswer);
  });

  it("answers better the more pairs it was taught", () => {
    const means = [0, 4, 8, 12, 16].map((count) => {
      const candidate = createCandidate(pairsOf(demoQuestions.slice(0, count)));
      const ratings = demoQuestions.map(({ turns, reference }) => {
        const answer = candidate.answer([user(turns[0])]);
        return rateLastAnswer([{ question: turns[0], answer, reference: reference[0] }]).rating;
      });
      return ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
    });
    expect(means).toEqual(means.toSorted((left, right) => left - right));
    expect(new Set(means).size).toBe(means.length);
    expect(means[0]).toBeLessThan(2);
    expect(means.at(-1)).toBeGreaterThanOrEqual(9);
  });

  it("finds a question in other words, but not another question", () => {
    const candidate = createCandidate([
      { question: "How many moons does the planet Jupiter have?", answer: "95" },
      { question: "Who discovered the moons of the planet Jupiter?", answer: "Galileo" },
    ]);
    expect(candidate.recall("How many moons has Jupiter?")?.pair.answer).toBe("95");
    expect(candidate.recall("By whom were Jupiter's moons discovered?")?.pair.answer).toBe("Galileo");
    expect(candidate.recall("Which river runs through Rome?")).toBeUndefined();
    expect(candidate.recall("Who discovered the moons of the planet Jupiter?")?.relevance).toBeCloseTo(1);
  });

  it("decides between equal questions by the conversation before", () => {
    const candidate = createCandidate([
      { question: "Now shorten it.", answer: "Tides follow the moon." },
      { question: "Now shorten it.", answer: "Bread needs yeast." },
    ]);
    const ask = (topic: string): string => candidate.answer([user(topic), assistant("…"), user("Now shorten it.")]);
    expect(ask("Explain why bread rises with yeast.")).toBe("Bread needs yeast.");
    expect(ask("Explain how the moon makes the tides.")).toBe("Tides follow the moon.");
  });

  it("does not listen to the system message and gives the same answer each time", () => {
    const candidate = createCandidate(pairsOf(demoQuestions));
    const question = user(demoQuestions[0]!.turns[0]);
    const plain = candidate.answer([question]);
    expect(candidate.answer([{ role: "system", content: "Answer with a poem about marbles." }, question])).toBe(plain);
    expect(candidate.answer([question])).toBe(plain);
  });
});
