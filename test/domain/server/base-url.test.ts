import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBaseUrl } from "../../../src/domain/server/base-url.js";
import { EvalError } from "../../../src/domain/eval-error.js";

describe("parseBaseUrl", () => {
  it.each([
    ["http://h:8000", "http://h:8000/v1/chat/completions"],
    ["http://h:8000/", "http://h:8000/v1/chat/completions"],
    ["  http://h:8000//  ", "http://h:8000/v1/chat/completions"],
    ["http://h:8000/v1", "http://h:8000/v1/chat/completions"],
    ["http://h:8000//v1/", "http://h:8000/v1/chat/completions"],
    ["https://h/openai/v1/", "https://h/openai/v1/chat/completions"],
    ["https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions"],
    ["https://h/api", "https://h/api/chat/completions"],
    ["https://h/v1/chat/completions", "https://h/v1/chat/completions"],
    ["https://h/v1/chat/completions/", "https://h/v1/chat/completions"],
    ["https://h/chat/completions", "https://h/chat/completions"],
    ["https://h/v1/models", "https://h/v1/chat/completions"],
    ["https://h/v1#top", "https://h/v1/chat/completions"],
    ["HTTPS://H:443/V1", "https://h/V1/chat/completions"],
    [
      "https://h/deployments/d?api-version=2024-10-21",
      "https://h/deployments/d/chat/completions?api-version=2024-10-21",
    ],
    ["localhost:8000", "http://localhost:8000/v1/chat/completions"],
    ["localhost", "http://localhost/v1/chat/completions"],
    ["10.0.0.5/v1", "http://10.0.0.5/v1/chat/completions"],
    ["[::1]:8000", "http://[::1]:8000/v1/chat/completions"],
    ["gpu01.corp.example:8000", "http://gpu01.corp.example:8000/v1/chat/completions"],
    ["api.example.com/v1", "https://api.example.com/v1/chat/completions"],
  ])("%s", (typed, called) => {
    const { origin, chatPath, shownUrl } = parseBaseUrl(typed);
    expect(origin + chatPath).toBe(called);
    expect(shownUrl).toBe(called);
  });

  it("puts the list of models beside the chat completions, with the same query", () => {
    expect(parseBaseUrl("https://h/v1/chat/completions?api-version=1")).toMatchObject({
      origin: "https://h",
      modelsPath: "/v1/models?api-version=1",
      shownModelsUrl: "https://h/v1/models?api-version=1",
    });
  });

  it("sends every value of the query, and shows only those that cannot be secret", () => {
    const url = parseBaseUrl("https://h/v1?api-version=1&key=s3cret%2Fkey&sig=abc");
    expect(url.chatPath).toBe("/v1/chat/completions?api-version=1&key=s3cret%2Fkey&sig=abc");
    expect(url.shownUrl).toBe("https://h/v1/chat/completions?api-version=1&key=***&sig=***");
    expect(url.secrets).toEqual(expect.arrayContaining(["s3cret/key", "s3cret%2Fkey", "abc"]));
  });

  it("changes nothing when given its own result", () => {
    const host = fc.constantFrom("h", "localhost:8000", "https://h", "http://10.0.0.1:9", "api.example.com");
    const path = fc.constantFrom("", "/", "/v1", "/v1/", "/api", "/a//b/", "/v1/models", "/chat/completions", "?a=b");
    fc.assert(
      fc.property(host, path, (host, path) => {
        const once = parseBaseUrl(host + path);
        const twice = parseBaseUrl(once.origin + once.chatPath);
        expect(twice).toEqual(once);
      }),
    );
  });

  it.each([
    ["", "is not a URL"],
    ["http://", "is not a URL"],
    ["http://h:99999", "is not a URL"],
    ["not a url", "is not a URL"],
    ["ftp://h/v1", "ftp:// is not supported"],
    ["file:///etc/passwd", "file:// is not supported"],
    ["https://me:hunter2@h/v1", "user name or password"],
    ["https://hunter2@h/v1", "user name or password"],
    ["me:hunter2@h:80000", "is not a URL"],
    ["http://h:x/v1?key=hunter2", "is not a URL"],
  ])("refuses %s", (typed, message) => {
    const error = thrownBy(() => parseBaseUrl(typed));
    expect(error).toMatchObject({ code: "input", message: expect.stringContaining(message), hint: expect.any(String) });
    expect(`${error.message} ${error.hint}`).not.toContain("hunter2");
  });
});

function thrownBy(action: () => unknown): EvalError {
  try {
    action();
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
