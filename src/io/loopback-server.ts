import { once } from "node:events";
import { createAdaptorServer } from "@hono/node-server";
import { EvalError } from "../domain/eval-error.js";

/** A listening server; `await using` closes it. */
export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  /** Stops listening and drops open connections. */
  readonly close: () => Promise<void>;
}

/** Nothing that is served here is meant for other machines. (embedded/server.ts listens by itself: embedded models know nothing of io.) */
export const loopbackHost = "127.0.0.1";

/**
 * Listens on 127.0.0.1.
 *
 * @throws EvalError `input` where the port cannot be used
 */
export async function listenOnLoopback(options: {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** 0 takes a free one */
  readonly port: number;
  /** who listens, for the error */
  readonly what: string;
}): Promise<LoopbackServer> {
  const { port: wanted, what } = options;
  const server = createAdaptorServer({ fetch: options.fetch, hostname: loopbackHost });
  server.listen(wanted, loopbackHost);
  await once(server, "listening").catch((error: unknown) => {
    throw new EvalError("input", `${what} cannot listen on port ${wanted}`, {
      hint: "leave the port out to take a free one",
      cause: error,
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening server has an address");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    await closed;
  };
  return { port: address.port, close, [Symbol.asyncDispose]: close };
}
