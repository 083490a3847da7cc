import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEchoed, readListed } from "../../../src/domain/scoring/logprob-replies.js";

const completion = (logprobs: string, usage = ""): string => `{"choices":[{"index":0,"logprobs":${logprobs}}]${usage}}`;

describe("readListed", () => {
  it.each([
    [
      "a completion's object, best first, without what has no number",
      completion('{"top_logprobs":[{" B":-2.5,"A":-0.5,"x":null}]}'),
      "completion",
      [
        { text: "A", logprob: -0.5 },
        { text: " B", logprob: -2.5 },
      ],
    ],
    [
      "the place after an echoed prompt",
      completion('{"tokens":["a"," A"],"top_logprobs":[null,{"wrong":-1},{" A":-3}]}'),
      "completion",
      [{ text: " A", logprob: -3 }],
    ],
    [
      "vLLM's ids in place of texts",
      completion('{"top_logprobs":[{"token_id:362":-1,"token_id:x":-2}]}'),
      "completion",
      [
        { text: "token_id:362", id: 362, logprob: -1 },
        { text: "token_id:x", logprob: -2 },
      ],
    ],
    [
      "what vLLM writes for the logarithm of 0",
      completion('{"top_logprobs":[{" A":-9999.0," B":-1e-3}]}'),
      "completion",
      [
        { text: " B", logprob: -0.001 },
        { text: " A", logprob: -9999 },
      ],
    ],
    [
      "Python's words for what JSON cannot say",
      completion('{"top_logprobs":[{" A": -Infinity, " B": NaN, " C": -1.5}]}'),
      "completion",
      [
        { text: " C", logprob: -1.5 },
        { text: " A", logprob: -9999 },
      ],
    ],
    [
      "a chat",
      completion(
        '{"content":[{"token":"B","logprob":-1,"top_logprobs":[{"token":"B","logprob":-1},{"token":"A","logprob":-0.5,"bytes":[65]}]}]}',
      ),
      "content",
      [
        { text: "A", logprob: -0.5 },
        { text: "B", logprob: -1 },
      ],
    ],
    [
      "ids of llama.cpp in a completion of OpenAI's form",
      completion(
        '{"content":[{"id":7,"token":" A","logprob":-1,"top_logprobs":[{"id":7,"token":" A","logprob":-1}]}]}',
      ),
      "content",
      [{ text: " A", id: 7, logprob: -1 }],
    ],
    [
      "ids in a vLLM chat",
      completion('{"content":[{"top_logprobs":[{"token":"token_id:9","logprob":-1}]}]}'),
      "content",
      [{ text: "token_id:9", id: 9, logprob: -1 }],
    ],
    [
      "texts that an object has its own thoughts about",
      completion('{"top_logprobs":[{"__proto__":-1,"constructor":-2,"10":-3,"9":-4}]}'),
      "completion",
      [
        { text: "__proto__", logprob: -1 },
        { text: "constructor", logprob: -2 },
        { text: "10", logprob: -3 },
        { text: "9", logprob: -4 },
      ],
    ],
    [
      "the last place of several, as with an echo",
      completion('{"top_logprobs":[null,{" B":-1},{" A":-2}]}'),
      "completion",
      [{ text: " A", logprob: -2 }],
    ],
    [
      "a chat's list before another",
      completion('{"top_logprobs":[{" B":-1}],"content":[{"token":"A","top_logprobs":[{"token":"A","logprob":-2}]}]}'),
      "content",
      [{ text: "A", logprob: -2 }],
    ],
    ["a place without tokens", completion('{"top_logprobs":[{}]}'), "completion", []],
    [
      "llama.cpp",
      '{"content":" A","completion_probabilities":[{"id":5,"top_logprobs":[{"id":5,"token":" A","logprob":-2}]}]}',
      "llama.cpp",
      [{ text: " A", id: 5, logprob: -2 }],
    ],
    [
      "llama.cpp with sampling probabilities",
      '{"completion_probabilities":[{"top_probs":[{"id":5,"token":" A","prob":0},{"id":6,"token":" B","prob":1}]}]}',
      "llama.cpp",
      [
        { text: " B", id: 6, logprob: 0 },
        { text: " A", id: 5, logprob: -9999 },
      ],
    ],
    [
      "llama.cpp of 2024",
      '{"completion_probabilities":[{"content":" B","probs":[{"tok_str":" B","prob":1},{"tok_str":" A","prob":null}]}]}',
      "llama.cpp",
      [{ text: " B", logprob: 0 }],
    ],
    [
      "Ollama",
      '{"response":" A","logprobs":[{"token":" A","logprob":-1,"top_logprobs":[{"token":" A","logprob":-1}]}]}',
      "ollama",
      [{ text: " A", logprob: -1 }],
    ],
    [
      "SGLang",
      '{"text":" A","meta_info":{"output_top_logprobs":[[[-2,11,null],[-1,12," A"],[null,13," B"]],[[0,14,"later"]]]}}',
      "sglang",
      [
        { text: " A", id: 12, logprob: -1 },
        { text: "token_id:11", id: 11, logprob: -2 },
      ],
    ],
    ["a completion that tells none", completion("null"), "none", []],
    ["a completion without the key", '{"choices":[{"text":"A"}]}', "none", []],
    ["a completion that lists no place", completion('{"top_logprobs":[]}'), "none", []],
    ["a chat that lists nothing", completion('{"content":[]}'), "content", []],
    ["Ollama of before", '{"response":"A","done":true}', "none", []],
    ["llama.cpp that was not asked", '{"content":"A"}', "none", []],
  ])("reads %s", (_, body, shape, tokens) => {
    expect(readListed(body)).toEqual({ kind: "replied", shape, tokens });
  });

  it.each([
    [
      "OpenAI's counts",
      completion("null", ',"usage":{"prompt_tokens":7,"completion_tokens":1}'),
      { promptTokens: 7, completionTokens: 1 },
    ],
    [
      "half of them",
      completion("null", ',"usage":{"prompt_tokens":7,"completion_tokens":null}'),
      { promptTokens: 7, completionTokens: 0 },
    ],
    ["impossible counts", completion("null", ',"usage":{"prompt_tokens":-7}'), undefined],
    [
      "llama.cpp's",
      '{"completion_probabilities":[],"tokens_evaluated":3,"tokens_predicted":2}',
      { promptTokens: 3, completionTokens: 2 },
    ],
    ["Ollama's", '{"logprobs":[],"prompt_eval_count":3,"eval_count":1}', { promptTokens: 3, completionTokens: 1 }],
    ["SGLang's", '{"meta_info":{"prompt_tokens":3}}', { promptTokens: 3, completionTokens: 0 }],
  ])("reads %s", (_, body, usage) => {
    const reading = readListed(body);
    expect(reading.kind === "replied" ? reading.usage : "failed").toEqual(usage);
  });
});

describe("the list of a completion", () => {
  const tokens = fc.dictionary(
    // the schema leaves out the one name that an object may not have
    fc.string({ unit: "binary", minLength: 1 }).filter((text) => text !== "__proto__"),
    fc.double({ max: 0, noNaN: true, noDefaultInfinity: true }),
    { minKeys: 1, noNullPrototype: true },
  );

  it("is read alike with and without a token whose number is not known", () => {
    fc.assert(
      fc.property(tokens, (list) => {
        const [whole, gap] = [list, { ...list, "": null }].map((place) =>
          readListed(completion(JSON.stringify({ top_logprobs: [place] }))),
        );
        expect(whole).toEqual(gap);
        expect(whole).toMatchObject({ kind: "replied", shape: "completion" });
        const found = whole?.kind === "replied" ? whole.tokens : [];
        expect(found).toHaveLength(Object.keys(list).length);
        // JSON has no -0
        for (const { text, logprob } of found) expect(logprob + 0).toBe((list[text] ?? Number.NaN) + 0);
      }),
    );
  });
});

describe("log-probabilities above 0", () => {
  it.each([
    ["of a completion", completion('{"top_logprobs":[{" A":-1,"B":5.25}]}')],
    [
      "of a chat",
      completion('{"content":[{"token":"B","logprob":5.25,"top_logprobs":[{"token":"B","logprob":5.25}]}]}'),
    ],
    ["of SGLang", '{"text":"B","meta_info":{"output_top_logprobs":[[[5.25,7,"B"]]]}}'],
  ])("are no log-probabilities: %s", (_, body) => {
    expect(readListed(body)).toEqual({
      kind: "failed",
      reason: "bad-reply",
      message: expect.stringContaining('the server tells 5.25 as the log-probability of the token "B"'),
    });
  });

  it("are taken where they are what 16 bits lose", () => {
    expect(readListed(completion('{"top_logprobs":[{" A":0.0009765625," B":-7}]}'))).toMatchObject({ kind: "replied" });
  });
});

describe("readEchoed", () => {
  it.each([
    [
      "a completion",
      completion(
        '{"tokens":["a"," A","!"],"token_logprobs":[null,-1,-2],"top_logprobs":[null,{},{}]}',
        ',"usage":{"prompt_tokens":2,"completion_tokens":1}',
      ),
      { tokens: ["a", " A", "!"], logprobs: [null, -1, -2], promptTokens: 2 },
    ],
    [
      "Python's words in it: what is no number stays unknown",
      completion('{"tokens":["a","b","c","d"],"token_logprobs":[null, NaN, -Infinity, -9999.0]}'),
      { tokens: ["a", "b", "c", "d"], logprobs: [null, null, -9999, -9999], promptTokens: undefined },
    ],
    [
      "the form of chats",
      completion('{"content":[{"token":"a"},{"token":" A","logprob":-1}]}'),
      { tokens: ["a", " A"], logprobs: [null, -1], promptTokens: undefined },
    ],
    [
      "SGLang",
      '{"meta_info":{"input_token_logprobs":[[null,1,"a"],[-1,2,null]],"prompt_tokens":9,"completion_tokens":1}}',
      { tokens: ["a", "token_id:2"], logprobs: [null, -1], promptTokens: 2 },
    ],
    ["SGLang that was not asked", '{"meta_info":{}}', { tokens: [], logprobs: [], promptTokens: 0 }],
    ["nothing", completion("null"), { tokens: [], logprobs: [], promptTokens: undefined }],
  ])("reads %s", (_, body, echoed) => {
    expect(readEchoed(body)).toMatchObject({ kind: "replied", echoed });
  });

  it("does not take a call without an echo for one", () => {
    expect(readEchoed('{"response":"A"}')).toMatchObject({ kind: "failed", reason: "bad-reply" });
  });
});

describe.each([
  ["readListed", readListed],
  ["readEchoed", readEchoed],
])("%s", (_, read) => {
  it.each([
    ["nothing", "", "the reply is empty"],
    ["a page", "<!DOCTYPE html><html><title>Sign in</title></html>", "Sign in"],
    ["half a reply", '{"choices":[{"logp', "the reply is not JSON"],
    ["NaN alone", "NaN", "the reply is not JSON"],
    ["no choice", '{"choices":[]}', "the reply holds no completion"],
    ["texts where numbers belong", completion('{"top_logprobs":[{"A":"-1"}]}'), "the reply holds no completion"],
    ["an error with status 200", '{"error":{"message":"busy"}}', "the reply holds no completion: busy"],
    ["a list", "[1]", "the reply holds no completion"],
  ])("cannot read %s", (_name, body, message) => {
    expect(read(body)).toEqual({ kind: "failed", reason: "bad-reply", message: expect.stringContaining(message) });
  });
});
