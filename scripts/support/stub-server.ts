/**
 * A process of its own that answers every POST with one fixed completion, for as little processor time as it can: what is measured is
 * the client. Arguments: the latency of a reply in milliseconds; `logprobs` for a text completion
 * with log-probabilities instead. Tells its parent the port, and ends with its parent.
 */
import { createServer, type Socket } from "node:net";

const latencyMs = Number(process.argv[2] ?? 0);

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
const completion = httpReply(process.argv[3] === "logprobs" ? textCompletion : chatCompletion);
const models = httpReply({
  object: "list",
  data: [{ id: "stub", object: "model", created: 1_700_000_000, owned_by: "x" }],
});

function httpReply(value: unknown): Buffer {
  const body = JSON.stringify(value);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

/** What is still to come of a connection's current request. */
interface Reading {
  head: string;
  bodyBytesLeft: number;
  isPost: boolean;
}

function onData(socket: Socket, reading: Reading, chunk: Buffer): void {
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
    if (reading.bodyBytesLeft === 0) reply(socket, reading.isPost);
  }
}

function beginBody(reading: Reading, head: string): void {
  reading.head = "";
  reading.isPost = head.startsWith("POST ");
  reading.bodyBytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

function reply(socket: Socket, isPost: boolean): void {
  if (!isPost) socket.write(models);
  else if (latencyMs === 0) socket.write(completion);
  else setTimeout(sendCompletion, latencyMs, socket);
}

function sendCompletion(socket: Socket): void {
  if (!socket.destroyed) socket.write(completion);
}

const server = createServer((socket) => {
  const reading: Reading = { head: "", bodyBytesLeft: 0, isPost: false };
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => onData(socket, reading, chunk));
});
server.listen(0, "127.0.0.1", 1_024, () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : undefined });
});
process.once("disconnect", () => process.exit(0));
