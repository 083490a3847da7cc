import { describe, expect, it } from "vitest";
import { baseServer, candidateServer, judgeServer } from "../../src/cli/server-model.js";

const candidate = { model: "m", serverUrl: "http://h/v1", maxWorkers: "auto" } as const;
const judge = { judgeModel: "j", judgeServerUrl: "http://j/v1", judgeMaxWorkers: "auto" } as const;
const base = { ...candidate, baseModel: "b" };

describe("the option that names the variable of a key", () => {
  it.each([
    ["the candidate", candidateServer(candidate), "--api-key-env"],
    ["the judge", judgeServer(judge), "--judge-api-key-env"],
    ["a base model at the candidate's server", baseServer(base), "--api-key-env"],
    ["one with a key of its own", baseServer({ ...base, baseApiKeyEnv: "KEY" }), "--base-api-key-env"],
    ["one elsewhere", baseServer({ ...base, baseServerUrl: "http://b/v1" }), "--base-api-key-env"],
  ])("is that of %s", (_, { keyOption }, option) => {
    expect(keyOption).toBe(option);
  });
});
