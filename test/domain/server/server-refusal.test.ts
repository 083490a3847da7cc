import { describe, expect, it } from "vitest";
import { hopelessError, refusalError, tlsError } from "../../../src/domain/server/server-refusal.js";

const refusal = {
  url: "http://h/v1/chat/completions",
  model: "granite",
  status: 404,
  said: "nope",
  keyOption: "--judge-api-key-env",
};

describe("refusalError", () => {
  it.each([
    ["key", {}, "the server does not accept the API key (HTTP 404): nope", "that --judge-api-key-env names"],
    ["credit", {}, "the account has no credit left", "goes on from there"],
    ["forbidden", {}, "the server denies access", '"granite"'],
    ["redirected", { location: "https://h/login" }, "redirects elsewhere", "https://h/login"],
    ["redirected", {}, "redirects elsewhere", "check the base URL"],
    ["not-found", {}, "not found", 'unknown model "granite" or wrong URL'],
    ["not-found", { offered: ["a", "b"] }, 'unknown model "granite"', "the server offers: a, b"],
    ["not-found", { offered: ["granite"] }, "not found", "the path of the URL is probably wrong"],
  ] as const)("%s %o", (kind, more, message, hint) => {
    const error = refusalError(kind, { ...refusal, ...more });
    expect(error).toMatchObject({
      code: "server",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(error.message).toContain(refusal.url);
  });

  it("names ten models at most", () => {
    const offered = Array.from({ length: 12 }, (_, index) => `m${index}`);
    expect(refusalError("not-found", { ...refusal, offered }).hint).toMatch(/m0, .*m9 and 2 more$/);
  });

  it("does without what the server did not say", () => {
    expect(refusalError("key", { ...refusal, status: 401, said: "" }).message).toMatch(/\(HTTP 401\)$/);
  });
});

it("hopelessError says how often and how it ended", () => {
  const last = { url: refusal.url, message: "connection refused", callsInARow: 20 };
  expect(hopelessError("gone", last).message).toBe(
    "http://h/v1/chat/completions: 20 requests in a row failed with all their tries, the last one: connection refused",
  );
  expect(hopelessError("rejects-everything", last).message).toContain("rejected each of the first 20 requests");
  expect(hopelessError("silent", last).message).toContain("no reply to 20 requests one after the other");
});

it("tlsError shows the way out", () => {
  expect(tlsError("certificate", { url: "u", message: "m" }).hint).toContain("--ca-file");
  expect(tlsError("not-tls", { url: "u", message: "m" }).hint).toContain("http://");
});
