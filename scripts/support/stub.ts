import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** What a stub answers to every POST. */
export type StubReply = "chat" | "logprobs";

/** about 1.1 kB with its headers */
const chatCompletion = {
  id: "chatcmpl-0123456789abcdef",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "stub",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "A sentence of the answer, as a model writes it. ".repeat(15) },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 500, completion_tokens: 180, total_tokens: 680 },
};
const letters = ["A", "B", "C", "D"].map((letter, index) => [` ${letter}`, -0.7 - index]);
const others = Array.from({ length: 16 }, (_, index) => [` word${index}`, -5.123456 - index]);
/** the next token with 20 alternatives, as vLLM tells them; about 1 kB with its headers */
const textCompletion = {
  id: "cmpl-0123456789abcdef",
  object: "text_completion",
  created: 1_700_000_000,
  model: "stub",
  choices: [
    {
      index: 0,
      text: " A",
      logprobs: {
        text_offset: [0],
        tokens: [" A"],
        token_logprobs: [-0.7],
        top_logprobs: [Object.fromEntries([...letters, ...others])],
      },
      finish_reason: "length",
    },
  ],
  usage: { prompt_tokens: 800, completion_tokens: 1, total_tokens: 801 },
};
const completions = { chat: httpReply(chatCompletion), logprobs: httpReply(textCompletion) };
const models = httpReply({
  object: "list",
  data: [{ id: "stub", object: "model", created: 1_700_000_000, owned_by: "x" }],
});

function httpReply(value: unknown): Buffer {
  const body = JSON.stringify(value);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

interface Stub {
  readonly port: number;
  close(): void;
}

/**
 * Answers every POST with one fixed completion, for as little processor time as it can: what is measured is the client.
 *
 * @param latencyMs of each reply, in milliseconds
 */
export async function startStub(kind: StubReply, latencyMs: number): Promise<Stub> {
  const completion = completions[kind];
  const reply = (socket: Socket, isPost: boolean): void => {
    if (!isPost) socket.write(models);
    else if (latencyMs === 0) socket.write(completion);
    else setTimeout(sendLate, latencyMs, socket, completion);
  };
  const server = createServer((socket) => {
    const reading: Reading = { head: "", bodyBytesLeft: 0, isPost: false };
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => onData(chunk, reading, (isPost) => reply(socket, isPost)));
  });
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1_024 });
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the stub has no port");
  return { port: address.port, close: () => server.close() };
}

/** What is still to come of a connection's current request. */
interface Reading {
  head: string;
  bodyBytesLeft: number;
  isPost: boolean;
}

function onData(chunk: Buffer, reading: Reading, reply: (isPost: boolean) => void): void {
  let start = 0;
  while (start < chunk.length) {
    if (reading.bodyBytesLeft === 0) {
      reading.head += chunk.toString("latin1", start);
      const end = reading.head.indexOf("\r\n\r\n");
      if (end === -1) return;
      start = chunk.length - (reading.head.length - end - 4);
      beginBody(reading, reading.head.slice(0, end));
    }
    const taken = Math.min(reading.bodyBytesLeft, chunk.length - start);
    start += taken;
    reading.bodyBytesLeft -= taken;
    if (reading.bodyBytesLeft === 0) reply(reading.isPost);
  }
}

function beginBody(reading: Reading, head: string): void {
  reading.head = "";
  reading.isPost = head.startsWith("POST ");
  reading.bodyBytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

function sendLate(socket: Socket, completion: Buffer): void {
  if (!socket.destroyed) socket.write(completion);
}
