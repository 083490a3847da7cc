import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import type { Context } from "hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { EvalError } from "../domain/eval-error.js";
import type { EmbeddedModel, Responder } from "./openai-replies.js";
import { createResponder } from "./openai-replies.js";
import { chatRequestSchema, completionRequestSchema } from "./openai-requests.js";

export type { EmbeddedModel } from "./openai-replies.js";

/** Which models are served, and how. */
export interface EmbeddedServerOptions {
  /** by the name under which they are asked */
  readonly models: Readonly<Record<string, EmbeddedModel>>;
  /** 0, the default, takes a free one */
  readonly port?: number;
  /** how long every reply is held back, in milliseconds */
  readonly latencyMs?: number;
}

/** A running server; `await using` closes it. */
export interface EmbeddedServer extends AsyncDisposable {
  /** base URL as OpenAI clients want it, `http://127.0.0.1:PORT/v1` */
  readonly url: string;
  /** Stops listening and drops open connections. */
  readonly close: () => Promise<void>;
}

/** Loopback only: nothing here is meant for other machines. */
const host = "127.0.0.1";
const maxBodyBytes = 16 * 1024 * 1024;

/**
 * Serves models without weights over the OpenAI protocol, so that the whole tool can be tried offline. What they score
 * says nothing about any language model.
 *
 * @throws EvalError `input` where the port cannot be used
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const server = createAdaptorServer({ fetch: createApp(options).fetch, hostname: host });
  server.listen(options.port ?? 0, host);
  await once(server, "listening").catch((error: unknown) => {
    throw new EvalError("input", `the embedded server cannot listen on port ${options.port ?? 0}`, {
      hint: "leave the port out to take a free one",
      cause: error,
    });
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const close = async (): Promise<void> => {
    if (!server.listening) {
      return;
    }
    const closed = once(server, "close");
    server.close();
    if ("closeAllConnections" in server) {
      server.closeAllConnections();
    }
    await closed;
  };
  return { url: `http://${host}:${port}/v1`, close, [Symbol.asyncDispose]: close };
}

function createApp({ models, latencyMs = 0 }: EmbeddedServerOptions): Hono {
  const responders = new Map(Object.entries(models).map(([name, model]) => [name, createResponder(model)]));
  const created = Math.floor(Date.now() / 1000);
  const app = new Hono();

  app.use("/v1/*", async (_context, next) => {
    if (latencyMs > 0) {
      await sleep(latencyMs, undefined, { ref: false });
    }
    await next();
  });
  app.use("/v1/*", bodyLimit({ maxSize: maxBodyBytes, onError: (context) => refuse(context, tooLarge) }));

  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/v1/models", (context) =>
    context.json({
      object: "list",
      data: [...responders.keys()].map((id) => ({ id, object: "model", created, owned_by: "branchbench-embedded" })),
    }),
  );
  app.post("/v1/chat/completions", async (context) => {
    const request = await readBody(context, chatRequestSchema);
    return request.kind === "refused"
      ? refuse(context, request.refusal)
      : answer(context, responders.get(request.body.model)?.chat, request.body);
  });
  app.post("/v1/completions", async (context) => {
    const request = await readBody(context, completionRequestSchema);
    if (request.kind === "refused") {
      return refuse(context, request.refusal);
    }
    const responder: Responder | undefined = responders.get(request.body.model);
    return responder !== undefined && responder.complete === undefined
      ? refuse(context, chatOnly)
      : answer(context, responder?.complete, request.body);
  });

  app.notFound((context) => refuse(context, { status: 404, message: `no such path: ${context.req.path}` }));
  app.onError((error, context) => refuse(context, { status: 500, message: error.message }));
  return app;
}

/** Why a request is not answered, in OpenAI's terms. */
interface Refusal {
  readonly status: 400 | 404 | 413 | 500;
  readonly message: string;
  readonly param?: string;
  readonly code?: string;
}

const tooLarge: Refusal = { status: 413, message: `the body is larger than ${maxBodyBytes} bytes` };
const chatOnly: Refusal = {
  status: 404,
  message: "This is a chat model and not supported in the v1/completions endpoint.",
  param: "model",
};

const refuse = (context: Context, { status, message, param, code }: Refusal): Response =>
  context.json(
    {
      error: {
        message,
        type: status === 500 ? "server_error" : "invalid_request_error",
        param: param ?? null,
        code: code ?? null,
      },
    },
    status,
  );

type Body<T> = { readonly kind: "read"; readonly body: T } | { readonly kind: "refused"; readonly refusal: Refusal };

async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<Body<T>> {
  let json: unknown;
  try {
    json = await context.req.json();
  } catch {
    return { kind: "refused", refusal: { status: 400, message: "the body is not JSON" } };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) {
    return { kind: "read", body: parsed.data };
  }
  const issue = parsed.error.issues[0];
  const param = issue?.path.join(".") ?? "";
  const message = issue?.message ?? "the body cannot be used";
  return {
    kind: "refused",
    refusal: { status: 400, message: param === "" ? message : `${param}: ${message}`, ...(param !== "" && { param }) },
  };
}

function answer<Request extends { readonly model: string }>(
  context: Context,
  respond: ((request: Request) => object) | undefined,
  request: Request,
): Response {
  return respond === undefined
    ? refuse(context, {
        status: 404,
        message: `The model \`${request.model}\` does not exist.`,
        param: "model",
        code: "model_not_found",
      })
    : context.json(respond(request));
}
