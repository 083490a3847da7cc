import { spawn } from "node:child_process";
import { once } from "node:events";
import { env, execPath, platform } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A TypeScript file that runs in a process of its own; `await using` ends it. */
export interface Child extends AsyncDisposable {
  /** the next line it prints; rejects when it ends without one */
  nextLine(): Promise<string>;
  /** gives it a line to read */
  send(line: string): void;
  /** tells it to come to an end, and resolves when it has */
  finish(): Promise<void>;
  /** ends it as a crash or the out-of-memory killer would */
  kill(): Promise<void>;
}

export interface ChildOptions {
  readonly args: readonly string[];
  /** largest file it may write, in blocks of the shell's `ulimit -f` (512 or 1024 bytes) */
  readonly fileSizeLimit?: number;
}

/** Whether a process can be started with a limit on the size of its files. */
export const canLimitFileSize = platform !== "win32";

/** Starts a script. It lives until its standard input ends. */
export function startChild(script: URL, { args, fileSizeLimit }: ChildOptions): Child {
  const node = [execPath, "--import", "tsx", fileURLToPath(script), ...args];
  const limited = ["sh", "-c", `ulimit -f ${fileSizeLimit}; exec "$@"`, "sh", ...node];
  const [command = "", ...rest] = fileSizeLimit === undefined ? node : limited;
  // under a limit the loader could not write its cache, and would leave half of it for others
  const childEnv = { ...env, ...(fileSizeLimit !== undefined && { TSX_DISABLE_CACHE: "1" }) };
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"], env: childEnv });
  child.stdin.on("error", ignore);
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function end(how: () => void): Promise<void> {
    how();
    await ended;
  }

  const finish = (): Promise<void> => end(() => child.stdin.end());
  return {
    nextLine: async () => {
      const { done, value } = await lines.next();
      if (done === true) throw new Error(`${script.pathname} ended without a further line`);
      return value;
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    finish,
    kill: () => end(() => child.kill("SIGKILL")),
    [Symbol.asyncDispose]: finish,
  };
}

function ignore(): void {
  // a child that was killed reads no more
}
