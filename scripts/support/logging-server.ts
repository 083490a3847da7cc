/**
 * A process of its own that serves a candidate and a judge whose replies depend on nothing but the request, after a little latency that
 * does so, too. Tells its parent the port, and then each request for a chat or a completion as it arrives. Ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { hashCompletion } from "./hash-completion.js";
import { choiceKey, completionRefused, judgeRefuses, requestKey, startsRefusedPrompt } from "./logged-request.js";

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ content: z.string() })).min(1),
  seed: z.number().optional(),
});

const completionSchema = z.object({ prompt: z.string(), echo: z.boolean().optional(), logprobs: z.number() });

const models = { object: "list", data: ["candidate", "judge"].map((id) => ({ id, object: "model" })) };

async function onChat(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model, messages, seed } = requestSchema.parse(JSON.parse(await textOf(incoming)));
  const prompt = messages.at(-1)?.content ?? "";
  const key = requestKey(prompt, seed);
  const number = await logAndWait(incoming, key);
  const isRefused = model === "judge" ? prompt.includes(judgeRefuses) : prompt.startsWith(startsRefusedPrompt);
  if (isRefused) return reply(response, 400, { error: { message: "this prompt is not accepted" } });
  const content =
    model === "judge" ? `It is as good as ${key}.\n\nRating: [[${(number % 10) + 1}]]` : `Réponse ${key} → ${prompt}`;
  return reply(response, 200, {
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: prompt.length, completion_tokens: content.length },
  });
}

async function onCompletion(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, echo, logprobs } = completionSchema.parse(JSON.parse(await textOf(incoming)));
  await logAndWait(incoming, choiceKey(prompt));
  if (prompt.includes(completionRefused))
    return reply(response, 400, { error: { message: "this prompt is not accepted" } });
  return reply(response, 200, hashCompletion({ prompt, echo: echo === true ? "prompt" : "nothing", k: logprobs }));
}

/** Returns a number that depends on the key, as the latency does. */
async function logAndWait(incoming: IncomingMessage, key: string): Promise<number> {
  const number = Number.parseInt(key.slice(0, 8), 16);
  process.send?.({ run: Number(incoming.headers["x-run"]), key });
  await sleep(5 + (number % 20));
  return number;
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

const handlers: Readonly<Record<string, (incoming: IncomingMessage, response: ServerResponse) => Promise<void>>> = {
  "/v1/chat/completions": onChat,
  "/v1/completions": onCompletion,
};

const server = createServer((incoming, response) => {
  // clients are killed in the middle of anything
  response.on("error", () => undefined);
  if (incoming.method === "GET") return reply(response, 200, models);
  const answer = handlers[incoming.url ?? ""];
  if (answer === undefined) return reply(response, 404, { error: { message: "Not Found" } });
  answer(incoming, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : undefined });
});
process.once("disconnect", () => process.exit(0));
