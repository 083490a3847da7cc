import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUsualList } from "../../../src/domain/scoring/usual-list.js";

const reply = (places: unknown, more: object = {}): unknown => ({
  id: "cmpl-1",
  choices: [{ text: " A", logprobs: { tokens: [" A"], token_logprobs: [-0.5], top_logprobs: places, ...more } }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
});

describe("readUsualList", () => {
  const tokens = fc.dictionary(fc.string({ unit: "binary" }), fc.double({ noNaN: true, noDefaultInfinity: true }), {
    minKeys: 1,
    noNullPrototype: true,
  });

  it("reads what JSON's parser reads, however it is spaced", () => {
    fc.assert(
      fc.property(tokens, fc.constantFrom(undefined, 1), (list, space) => {
        const body = JSON.stringify(reply([list]), null, space);
        const expected = Object.entries(list);
        const usual = readUsualList(body);
        expect(usual?.texts).toEqual(expected.map(([text]) => text));
        // JSON has no -0
        expect(usual?.logprobs.map((value) => value + 0)).toEqual(expected.map(([, value]) => value + 0));
        expect(usual?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 1 });
      }),
    );
  });

  it.each([
    ["no reply", ""],
    ["no JSON", '{"top_logprobs":[{" A":-1}]'],
    ["several places", JSON.stringify(reply([{ " A": -1 }, { " B": -1 }]))],
    ["an empty place", JSON.stringify(reply([{}]))],
    ["a number that is not known", JSON.stringify(reply([{ " A": null }]))],
    ["a number that JSON lacks", JSON.stringify(reply([{ " A": 1 }])).replace(":1}", ":-Infinity}")],
    ["a number that JSON does not write so", JSON.stringify(reply([{ " A": 1 }])).replace(":1}", ":01}")],
    ["a list of another kind", JSON.stringify(reply([[{ token: " A", logprob: -1 }]]))],
    ["a list in another place", JSON.stringify({ top_logprobs: [{ " A": -1 }], choices: [{}] })],
    ["a chat's list beside it", JSON.stringify(reply([{ " A": -1 }], { content: [] }))],
    ["a text that looks like it", JSON.stringify({ choices: [{ text: '"top_logprobs":[{" A":-1}]' }] })],
    ["a text that ends too late", '{"choices":[{"logprobs":{"top_logprobs":[{" A'],
  ])("leaves other replies alone: %s", (_, body) => {
    expect(readUsualList(body)).toBeUndefined();
  });
});
