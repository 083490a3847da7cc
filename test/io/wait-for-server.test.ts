import { describe, expect, it } from "vitest";
import { openAIModel, waitForServer } from "../../src/io/openai.js";
import { answer, startModelServer, type Behaviour } from "../support/model-server.js";
import { selfSigned } from "../support/self-signed.js";

function modelAt(baseUrl: string) {
  return openAIModel({ baseUrl, model: "m" });
}

describe("waitForServer", () => {
  it.each([
    ["a list", answer.json(200, { data: [] })],
    ["404", answer.error(404, "Not Found")],
    ["401", answer.unauthorized()],
    ["429", answer.rateLimited()],
  ])("is content with %s", async (_, behaviour) => {
    await using server = await startModelServer({ modelsReply: () => behaviour });
    const model = modelAt(server.url);
    await waitForServer(model, 0);
    expect(server.modelsRequests).toBe(1);
    await model.close();
  });

  it("asks until the server is ready", async () => {
    await using server = await startModelServer({
      modelsReply: (): Behaviour => (server.modelsRequests < 3 ? answer.unavailable() : answer.json(200, {})),
    });
    const model = modelAt(server.url);
    await waitForServer(model, 60_000);
    expect(server.modelsRequests).toBe(3);
    await model.close();
  });

  it("asks once only where it may not wait", async () => {
    await using server = await startModelServer({ modelsReply: () => answer.unavailable() });
    const model = modelAt(server.url);
    await expect(waitForServer(model, 0)).rejects.toMatchObject({
      code: "server",
      message: `${server.url}/models: HTTP 503: Loading model`,
      hint: "wait until the server is ready",
    });
    expect(server.modelsRequests).toBe(1);
    await model.close();
  });

  it("names the cause when the time is over", async () => {
    const server = await startModelServer();
    await server.close();
    const model = modelAt(server.url);
    await expect(waitForServer(model, 250)).rejects.toMatchObject({
      code: "server",
      message: expect.stringMatching(
        /\/v1\/models: connection refused by 127\.0\.0\.1:\d+ \(after waiting for 0\.25 s\)$/,
      ),
      hint: "start the server, or check the base URL",
    });
    await model.close();
  });

  it("does not wait where only the user can help", async () => {
    await using server = await startModelServer({ tls: selfSigned });
    const model = modelAt(server.url);
    await expect(waitForServer(model, 3_600_000)).rejects.toMatchObject({ hint: expect.stringContaining("--ca-file") });
    await model.close();
  });

  it.each([
    ["while it sleeps", answer.unavailable()],
    ["while it asks", answer.stallBeforeHeaders()],
  ])("stops at an abort %s", async (_, behaviour) => {
    const controller = new AbortController();
    await using server = await startModelServer({
      modelsReply: () => {
        setTimeout(() => {
          controller.abort();
        }, 20);
        return behaviour;
      },
    });
    const model = modelAt(server.url);
    await expect(waitForServer(model, 3_600_000, controller.signal)).rejects.toMatchObject({ code: "interrupted" });
    await model.close();
  });
});
