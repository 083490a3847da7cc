import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { EvalError } from "../../src/domain/eval-error.js";
import type { ViewServer, ViewSite } from "../../src/io/view-server.js";
import { startViewServer, tokenHeader } from "../../src/io/view-server.js";
import { evalError } from "../support/eval-error.js";

/** A site that remembers what reached it. */
function site(more: Partial<ViewSite> = {}): ViewSite & { readonly reached: string[] } {
  const reached: string[] = [];
  return {
    reached,
    page: () => {
      reached.push("page");
      return Promise.resolve({ html: "<!doctype html><p>hello", contentSecurityPolicy: "default-src 'none'" });
    },
    read: (name, query) => {
      reached.push(`read ${name}`);
      return Promise.resolve(name === "runs" ? { name, query } : undefined);
    },
    write: (name, body) => {
      reached.push(`write ${name}`);
      return Promise.resolve(name === "ratings" ? { body } : undefined);
    },
    changes: async function* (signal) {
      yield { change: 1 };
      if (!signal.aborted) await once(signal, "abort");
      reached.push("changes ended");
    },
    ...more,
  };
}

interface Reply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Node's own client sends any header and any path, which fetch would not. */
async function ask(server: ViewServer, { method = "GET", path, headers = {}, body }: Asked): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, method, path, headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      incoming.on("end", () => resolve({ status: incoming.statusCode, headers: incoming.headers, body: text }));
      incoming.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const json = { "content-type": "application/json" };

describe("startViewServer", () => {
  it("serves the page and its data to whoever has the token", async () => {
    await using server = await startViewServer(site());
    const page = await fetch(server.url);
    expect([page.status, await page.text()]).toEqual([200, "<!doctype html><p>hello"]);
    const headers = { [tokenHeader]: server.token };
    const runs = await fetch(`http://127.0.0.1:${server.port}/api/runs?run=1`, { headers });
    expect(await runs.json()).toEqual({ name: "runs", query: { run: "1" } });
    const rated = await ask(server, {
      method: "POST",
      path: "/api/ratings",
      headers: { ...headers, ...json, origin: `http://localhost:${server.port}` },
      body: '{"score":1}',
    });
    expect(rated).toMatchObject({ status: 200, body: '{"body":{"score":1}}' });
  });

  it("has a token of at least 128 bits, new for each server", async () => {
    await using first = await startViewServer(site());
    await using second = await startViewServer(site());
    expect(Buffer.from(first.token, "base64url").length).toBeGreaterThanOrEqual(16);
    expect(first.token).not.toBe(second.token);
  });

  const paths = [
    "/",
    "/api/runs",
    "/api/changes",
    "/nothing",
    "/api/runs?token=wrong",
    "/?token=",
    "/%2e%2e/etc/passwd",
  ];

  it.each(paths)("refuses %s without the token", async (path) => {
    const served = site();
    await using server = await startViewServer(served);
    const none = await ask(server, { path });
    const wrong = await ask(server, { path, headers: { [tokenHeader]: `${server.token.slice(0, -1)}!` } });
    expect([none.status, wrong.status]).toEqual([403, 403]);
    expect(none.body).not.toContain(server.token);
    expect(served.reached).toEqual([]);
  });

  it("takes the token in the address for the page only, and in the header for the data only", async () => {
    const served = site();
    await using server = await startViewServer(served);
    const data = await ask(server, { path: `/api/runs?token=${server.token}` });
    const page = await ask(server, { path: "/", headers: { [tokenHeader]: server.token } });
    const cookie = await ask(server, { path: "/api/runs", headers: { cookie: `token=${server.token}` } });
    const written = await ask(server, {
      method: "POST",
      path: `/?token=${server.token}`,
      headers: { ...json, origin: `http://127.0.0.1:${server.port}` },
      body: "{}",
    });
    expect([data.status, page.status, cookie.status, written.status]).toEqual([403, 403, 403, 403]);
    expect(served.reached).toEqual([]);
  });

  it.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1.evil.example:PORT",
    "[::1]:PORT",
    "0.0.0.0:PORT",
  ])("refuses the host %s even with the token", async (host) => {
    const served = site();
    await using server = await startViewServer(served);
    for (const path of [`/?token=${server.token}`, "/api/runs"]) {
      const reply = await ask(server, {
        path,
        headers: { host: host.replace("PORT", String(server.port)), [tokenHeader]: server.token },
      });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.body).not.toContain("hello");
    }
    expect(served.reached).toEqual([]);
  });

  it.each([
    "https://evil.example",
    "null",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://127.0.0.1:PORT",
    "http://127.0.0.1:PORT.evil.example",
    "http://evil.example:PORT",
  ])("refuses the origin %s even with the token", async (origin) => {
    const served = site();
    await using server = await startViewServer(served);
    const headers = { [tokenHeader]: server.token, origin: origin.replace("PORT", String(server.port)) };
    const replies = await Promise.all([
      ask(server, { path: "/api/runs", headers }),
      ask(server, { path: `/?token=${server.token}`, headers }),
      ask(server, { method: "POST", path: "/api/ratings", headers: { ...headers, ...json }, body: "{}" }),
      ask(server, { method: "OPTIONS", path: "/api/ratings", headers }),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(replies.every(({ headers: sent }) => sent["access-control-allow-origin"] === undefined)).toBe(true);
    expect(served.reached).toEqual([]);
  });

  it("writes nothing for a request without an origin, of another kind, or too large", async () => {
    const served = site();
    await using server = await startViewServer(served);
    const token = { [tokenHeader]: server.token };
    const origin = { origin: `http://127.0.0.1:${server.port}` };
    const post = async (headers: Record<string, string>, body: string): Promise<number | undefined> =>
      (await ask(server, { method: "POST", path: "/api/ratings", headers, body })).status;
    expect(await post({ ...token, ...json }, "{}")).toBe(403);
    expect(await post({ ...token, ...origin, "content-type": "text/plain" }, "{}")).toBe(400);
    expect(await post({ ...token, ...origin, ...json }, "{")).toBe(400);
    expect(await post({ ...token, ...origin, ...json }, `"${"x".repeat(70_000)}"`)).toBe(413);
    expect(
      await post({ ...token, ...origin, ...json, "transfer-encoding": "chunked" }, `"${"x".repeat(70_000)}"`),
    ).toBe(413);
    expect(served.reached).toEqual([]);
  });

  it.each([
    "/../../etc/passwd",
    "/api/..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/api/runs/../../x",
    "/api/nothing",
    "/%00",
  ])("has nothing at %s", async (path) => {
    await using server = await startViewServer(site());
    const reply = await ask(server, { path, headers: { [tokenHeader]: server.token } });
    expect([400, 403, 404]).toContain(reply.status);
    expect(reply.body).not.toContain("root:");
  });

  it("sends headers that keep everything in this page", async () => {
    await using server = await startViewServer(site());
    const page = await ask(server, { path: `/?token=${server.token}` });
    const data = await ask(server, { path: "/api/runs", headers: { [tokenHeader]: server.token } });
    const refused = await ask(server, { path: "/api/runs" });
    for (const { headers } of [page, data, refused])
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
      });
    expect(page.headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it("listens on loopback only", async () => {
    await using server = await startViewServer(site());
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    const others = [...addresses.map(({ address }) => address), "127.0.0.2", "::1"];
    for (const host of others) {
      const socket = connect({ host, port: server.port });
      const outcome = await Promise.race([
        once(socket, "connect").then(() => "connected"),
        once(socket, "error").then(() => "refused"),
      ]).catch(() => "refused");
      socket.destroy();
      expect([host, outcome]).toEqual([host, "refused"]);
    }
  });

  it("sends changes as they come, and ends with the reader or the server", async () => {
    const served = site();
    const server = await startViewServer(served);
    const headers = { [tokenHeader]: server.token };
    const address = `http://127.0.0.1:${server.port}/api/changes`;
    const leaving = new AbortController();
    const first = await fetch(address, { headers, signal: leaving.signal });
    const piece = await first.body?.getReader().read();
    expect(new TextDecoder().decode(piece?.value)).toBe('{"change":1}\n');
    leaving.abort();
    await expect.poll(() => served.reached).toEqual(["changes ended"]);
    await fetch(address, { headers });
    await server.close();
    await expect.poll(() => served.reached).toEqual(["changes ended", "changes ended"]);
  });

  it("tells an error that can be mended, and no more", async () => {
    const failing = site({
      read: () => Promise.reject(new EvalError("input", "the file is broken", { hint: "mend it" })),
      write: () => Promise.reject(new EvalError("locked", "somebody else writes")),
    });
    await using server = await startViewServer(failing);
    const headers = { [tokenHeader]: server.token, ...json, origin: `http://127.0.0.1:${server.port}` };
    expect(await ask(server, { path: "/api/runs", headers })).toMatchObject({
      status: 400,
      body: '{"error":"the file is broken (mend it)"}',
    });
    expect(await ask(server, { method: "POST", path: "/api/ratings", headers, body: "{}" })).toMatchObject({
      status: 409,
    });
  });

  it("says that a port is taken", async () => {
    await using server = await startViewServer(site());
    await expect(startViewServer(site(), { port: server.port })).rejects.toEqual(
      evalError("input", `the viewer cannot listen on port ${server.port}`, "leave the port out"),
    );
  });
});
