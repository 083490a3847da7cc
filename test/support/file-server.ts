import { createServer } from "node:http";
import type { Socket } from "node:net";

/** What the server does with a request for one of its files. */
export type FileReply =
  | { readonly kind: "whole"; readonly status: number; readonly content: string | Uint8Array }
  /** says how long the file is, sends half of it and cuts the connection */
  | { readonly kind: "cut"; readonly content: string | Uint8Array }
  /** sends half of it without saying how long it is, and cuts the connection */
  | { readonly kind: "cut-chunked"; readonly content: string | Uint8Array }
  /** never answers */
  | { readonly kind: "silent" };

/** A server of files on a free port of the loopback interface; `await using` closes it. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** paths that were asked for, in order */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

/** Serves files by their paths; what is not among them is not found. */
export async function startFileServer(replyTo: (path: string) => FileReply | undefined): Promise<FileServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const reply = replyTo(path) ?? { kind: "whole", status: 404, content: "not found" };
    if (reply.kind === "silent") return;
    const bytes = Buffer.from(reply.content);
    if (reply.kind === "whole") {
      response.writeHead(reply.status, { "content-length": bytes.length }).end(bytes);
      return;
    }
    response.writeHead(200, reply.kind === "cut" ? { "content-length": bytes.length } : {});
    response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }

  return { url: `http://127.0.0.1:${port}`, asked, close, [Symbol.asyncDispose]: close };
}
