import { getEventListeners } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createSocketServer, type AddressInfo, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { httpTransport, type HttpRequest, type HttpTransport, type HttpTransportOptions } from "../../src/io/http.js";
import { httpFailure } from "../../src/io/http-failure.js";
import { answer, inTurn, startModelServer, type Behaviour } from "../support/model-server.js";
import { selfSigned } from "../support/self-signed.js";

const request: HttpRequest = {
  method: "POST",
  path: "/v1/chat/completions",
  headers: ["content-type", "application/json"],
  body: '{"messages":[{"content":"hi"}]}',
  timeoutMs: 60_000,
};

/** A transport that is closed at the end of its scope. */
function transportTo(origin: string, options: Partial<HttpTransportOptions> = {}): HttpTransport & AsyncDisposable {
  const transport = httpTransport({
    origin,
    connectTimeoutMs: 5_000,
    maxConnections: 8,
    maxReplyBytes: 2 ** 20,
    ...options,
  });
  return { ...transport, [Symbol.asyncDispose]: () => transport.close() };
}

async function outcomeOf(behaviour: Behaviour, changes: Partial<HttpRequest> = {}): Promise<unknown> {
  await using server = await startModelServer({ reply: () => behaviour });
  await using transport = transportTo(server.origin);
  return await transport.request({ ...request, ...changes });
}

describe("replies", () => {
  it("are complete, with their status and headers", async () => {
    expect(await outcomeOf(answer.rateLimited({ "Retry-After": "7" }))).toMatchObject({
      kind: "reply",
      status: 429,
      headers: { "retry-after": "7" },
      body: expect.stringContaining("Rate limit reached"),
    });
  });

  it("are UTF-8, also where a packet ends inside of a character", async () => {
    const content = "é😀漢字";
    const outcome = await outcomeOf(answer.inPieces(content, 1));
    expect(outcome).toMatchObject({ kind: "reply", status: 200, body: expect.stringContaining(content) });
  });

  it("may be empty", async () => {
    expect(await outcomeOf(answer.body(""))).toMatchObject({ kind: "reply", status: 200, body: "" });
  });

  it("are refused beyond the bound", async () => {
    expect(await outcomeOf(answer.ok("x".repeat(2 ** 20)))).toMatchObject({ kind: "failed", reason: "too-large" });
  });

  it("reuse connections", async () => {
    await using server = await startModelServer();
    await using transport = transportTo(server.origin);
    for (let count = 0; count < 20; count += 1) await transport.request(request);
    // a connection becomes free a moment after its reply is complete
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it("send what was asked, with the headers given", async () => {
    await using server = await startModelServer();
    await using transport = transportTo(server.origin);
    await transport.request({ ...request, headers: [...request.headers, "authorization", "Bearer k"] });
    expect(server.requests[0]?.text).toBe(request.body);
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: "Bearer k",
      "content-type": "application/json",
    });
  });
});

describe("the timeout covers everything", () => {
  it.each([
    ["a stall before the headers", answer.stallBeforeHeaders(), { timeoutMs: 100, begun: "none had begun" }],
    ["a stall in the body", answer.stallInBody(), { timeoutMs: 1_500, begun: "it had begun" }],
    ["a body that drips", answer.slowDrip(), { timeoutMs: 1_500, begun: "it had begun" }],
  ])("%s", async (_, behaviour, { timeoutMs, begun }) => {
    expect(await outcomeOf(behaviour, { timeoutMs })).toEqual({
      kind: "failed",
      reason: "timeout",
      message: `no complete reply within ${timeoutMs / 1_000} s (${begun})`,
    });
  });

  it("also the wait for a free connection, and what was given up is never sent", async () => {
    await using server = await startModelServer({ reply: inTurn(answer.stallBeforeHeaders(), answer.ok()) });
    await using transport = transportTo(server.origin, { maxConnections: 1 });
    const controller = new AbortController();
    const first = transport.request({ ...request, cancel: controller.signal });
    await server.arrived(1);
    expect(await transport.request({ ...request, timeoutMs: 20 })).toMatchObject({ reason: "timeout" });
    controller.abort();
    expect(await first).toMatchObject({ reason: "cancelled" });
    expect(await transport.request(request)).toMatchObject({ status: 200 });
    expect(server.requests).toHaveLength(2);
  });
});

it("leaves no timer behind", async () => {
  await using server = await startModelServer();
  await using transport = transportTo(server.origin);
  const before = timers();
  for (let count = 0; count < 50; count += 1) await transport.request({ ...request, timeoutMs: 3_600_000 });
  expect(timers() - before).toBeLessThan(25);
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

describe("connections that break", () => {
  it.each([
    ["before the headers", answer.resetBeforeHeaders(), "before a reply came"],
    ["in the body", answer.halfBodyThenReset(), "in the middle of the reply"],
  ])("%s", async (_, behaviour, where) => {
    expect(await outcomeOf(behaviour)).toEqual({
      kind: "failed",
      reason: "connection",
      message: `the connection broke ${where}`,
    });
  });

  it("are refused where no server is", async () => {
    const server = await startModelServer();
    await server.close();
    await using transport = transportTo(server.origin);
    const host = new URL(server.origin).host;
    const refused = { kind: "failed", reason: "connection", message: `connection refused by ${host}` };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => transport.request(request)));
    expect(outcomes).toEqual(outcomes.map(() => refused));
  });

  it("do not speak HTTP", async () => {
    await using server = await listening(
      createSocketServer((socket) => socket.on("error", ignore).resume().end("SSH-2.0-x\r\n")),
    );
    await using transport = transportTo(`http://127.0.0.1:${server.port}`);
    expect(await transport.request(request)).toMatchObject({
      reason: "connection",
      message: expect.stringContaining("does not speak HTTP"),
    });
  });

  it("end inside of a chunked reply", async () => {
    const half = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
    await using server = await listening(createSocketServer((socket) => socket.on("error", ignore).resume().end(half)));
    await using transport = transportTo(`http://127.0.0.1:${server.port}`);
    expect(await transport.request(request)).toMatchObject({
      reason: "connection",
      message: "the connection broke in the middle of the reply",
    });
  });

  it("are cut by close, and none is opened afterwards", async () => {
    await using server = await startModelServer({ reply: () => answer.stallBeforeHeaders() });
    const transport = transportTo(server.origin);
    const running = transport.request(request);
    await server.arrived(1);
    await transport.close();
    expect(await running).toMatchObject({ kind: "failed", reason: "connection" });
    expect(await transport.request(request)).toMatchObject({ kind: "failed", reason: "connection" });
  });
});

describe("cancel", () => {
  it("gives up at once and leaves no listener", async () => {
    await using server = await startModelServer({ reply: () => answer.stallBeforeHeaders() });
    await using transport = transportTo(server.origin);
    const controller = new AbortController();
    const running = transport.request({ ...request, cancel: controller.signal });
    await server.arrived(1);
    controller.abort();
    expect(await running).toMatchObject({ kind: "failed", reason: "cancelled" });
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(await transport.request({ ...request, cancel: controller.signal })).toMatchObject({ reason: "cancelled" });
  });

  it("leaves no listener after a reply", async () => {
    await using server = await startModelServer();
    await using transport = transportTo(server.origin);
    const { signal } = new AbortController();
    await transport.request({ ...request, cancel: signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("TLS", () => {
  it("does not trust a stranger's certificate", async () => {
    await using server = await startModelServer({ tls: selfSigned });
    await using transport = transportTo(server.origin);
    expect(await transport.request(request)).toMatchObject({
      reason: "certificate",
      message: expect.stringMatching(/^the certificate of 127\.0\.0\.1:\d+ is not trusted: self-signed/),
    });
  });

  it("trusts what it is told to", async () => {
    await using server = await startModelServer({ tls: selfSigned });
    await using transport = transportTo(server.origin, { ca: selfSigned.cert });
    expect(await transport.request(request)).toMatchObject({ kind: "reply", status: 200 });
  });

  it("says so where https meets plain http", async () => {
    await using server = await startModelServer();
    await using transport = transportTo(server.origin.replace("http:", "https:"));
    expect(await transport.request(request)).toMatchObject({ reason: "not-tls" });
  });

  it("refuses an authority that is none", () => {
    for (const ca of ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
      expect(() => transportTo("https://127.0.0.1", { ca })).toThrow("cannot be read as PEM");
  });
});

describe("proxies", () => {
  it("forward requests to plain http addresses", async () => {
    await using server = await startModelServer();
    await using proxy = await startProxy(server.origin);
    await using transport = transportTo("http://model.test:8000", {
      proxy: { httpProxy: proxy.url.replace("http://", "") },
    });
    expect(await transport.request(request)).toMatchObject({ kind: "reply", status: 200 });
    expect(proxy.seen).toEqual(["POST http://model.test:8000/v1/chat/completions"]);
  });

  it("tunnel requests to https addresses, whose certificate is still checked", async () => {
    await using server = await startModelServer({ tls: selfSigned });
    await using proxy = await startProxy(server.origin);
    const options = { proxy: { httpsProxy: proxy.url } };
    await using trusting = transportTo("https://model.test", { ...options, ca: selfSigned.cert });
    expect(await trusting.request(request)).toMatchObject({ kind: "reply", status: 200 });
    await using transport = transportTo("https://model.test", options);
    expect(await transport.request(request)).toMatchObject({ reason: "certificate" });
    expect(proxy.seen).toContain("CONNECT model.test:443");
  });

  it("are named where they refuse", async () => {
    await using proxy = await startProxy(undefined);
    for (const [origin, proxySettings] of [
      ["https://model.test", { httpsProxy: proxy.url }],
      ["http://model.test", { httpProxy: proxy.url }],
    ] as const) {
      await using transport = transportTo(origin, { proxy: proxySettings });
      expect(await transport.request(request)).toMatchObject({
        reason: "connection",
        message: expect.stringMatching(/^the proxy refused the connection to model\.test \(HTTP 407\)$/),
      });
    }
  });

  it("are left out for loopback addresses, for NO_PROXY, and for the other scheme", async () => {
    await using server = await startModelServer();
    await using proxy = await startProxy(server.origin);
    await using loopback = transportTo(server.origin, { proxy: { httpProxy: proxy.url } });
    expect(await loopback.request(request)).toMatchObject({ status: 200 });
    await using other = transportTo(server.origin, { proxy: { httpsProxy: proxy.url } });
    expect(await other.request(request)).toMatchObject({ status: 200 });
    const { port } = new URL(server.origin);
    const proxySettings = { httpProxy: proxy.url, noProxy: "example.com,0.0.0.0" };
    await using excepted = transportTo(`http://0.0.0.0:${port}`, { proxy: proxySettings });
    expect(await excepted.request(request)).toMatchObject({ status: 200 });
    expect(proxy.seen).toEqual([]);
  });

  it("need a URL, which is not repeated since it may hold a password", () => {
    for (const httpProxy of ["me:hunter2@proxy:99999", "http://me:hunter2%@proxy", "socks5://me:hunter2@proxy"]) {
      const open = () => transportTo("http://model.test", { proxy: { httpProxy } });
      expect(open).toThrow("the proxy's address is not an http or https URL");
      expect(open).not.toThrow("hunter2");
    }
  });

  it("may be anything where they are not used", async () => {
    await using server = await startModelServer();
    await using transport = transportTo(server.origin, { proxy: { httpProxy: "socks5://me:hunter2%@proxy" } });
    expect(await transport.request(request)).toMatchObject({ status: 200 });
  });
});

describe("httpFailure", () => {
  const context = { host: "h:8000", replyHasBegun: false };

  it.each([
    [{ code: "ENOTFOUND" }, "the host name of h:8000 is unknown"],
    [{ code: "EAI_AGAIN" }, "the host name of h:8000 cannot be looked up at present"],
    [{ code: "EHOSTUNREACH" }, "no route to h:8000"],
    [{ code: "UND_ERR_CONNECT_TIMEOUT" }, "h:8000 did not accept the connection in time"],
    [{ code: "ECONNREFUSED" }, "connection refused by h:8000"],
    [
      { code: "ECONNREFUSED", errors: [{ code: "ECONNREFUSED", address: "::1", port: 1 }] },
      "connection refused by ::1:1",
    ],
    [{ code: "EMFILE", message: "too many open files" }, "too many open files (EMFILE)"],
    [new Error("odd"), "odd"],
    ["thrown text", "thrown text"],
    [undefined, "undefined"],
  ])("%o", (error, message) => {
    expect(httpFailure(error, context)).toEqual({ kind: "failed", reason: "connection", message });
  });

  it.each([
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "SELF_SIGNED_CERT_IN_CHAIN",
  ])("%s is a matter of certificates, also behind a proxy", (code) => {
    expect(httpFailure({ code }, context).reason).toBe("certificate");
    expect(httpFailure({ code: "UND_ERR_PRX_TLS", cause: { code } }, context).reason).toBe("certificate");
  });
});

function ignore(): void {
  // connections break here on purpose
}

async function listening(server: Server): Promise<{ readonly port: number } & AsyncDisposable> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A proxy that takes every request to one server, or refuses all of them. */
async function startProxy(
  target: string | undefined,
): Promise<{ readonly url: string; readonly seen: readonly string[] } & AsyncDisposable> {
  const seen: string[] = [];
  const proxy = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    if (target === undefined) {
      response.writeHead(407).end();
      return;
    }
    const { pathname } = new URL(incoming.url ?? "");
    const onward = forward(
      target + pathname,
      { method: incoming.method ?? "GET", headers: incoming.headers },
      (reply) => {
        response.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(response);
      },
    );
    incoming.pipe(onward);
  });
  proxy.on("connect", (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    socket.on("error", ignore);
    if (target === undefined) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const onward = connect(Number(new URL(target).port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", ignore);
  });
  const { port, [Symbol.asyncDispose]: close } = await listening(proxy);
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await close();
    },
  };
}
