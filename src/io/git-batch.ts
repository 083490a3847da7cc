import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** What the object store holds under an id. */
export interface Blob {
  /** in bytes */
  readonly size: number;
  /** undefined where it is larger than was asked for */
  readonly content: Buffer | undefined;
}

interface BatchOptions {
  readonly maxBytes: number;
  /** makes the error for a message of git */
  readonly fail: (message: string) => Error;
}

/**
 * Asks a `git cat-file --batch` process for objects and yields them in order. Memory holds one object and what the pipe delivered; the
 * process ends with the loop, whatever ends it.
 */
export async function* readBatch(
  child: ChildProcessWithoutNullStreams,
  ids: readonly string[],
  options: BatchOptions,
): AsyncGenerator<Blob> {
  const complaints: string[] = [];
  let startError: Error | undefined;
  child.on("error", (error) => (startError = error));
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
  // a process that ended early says why on its standard error; the broken pipe says nothing more
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${ids.join("\n")}\n`);
  const reader = new BatchReader(child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer, void>);
  try {
    for (const id of ids) {
      const blob = await reader.next(options.maxBytes);
      if (blob === undefined)
        throw options.fail(startError?.message ?? (complaints.join("") || `the object ${id} is missing`));
      yield blob;
    }
  } finally {
    child.stdout.destroy();
    child.kill();
  }
}

const newline = 0x0a;

/** Takes the stream apart: `<id> <type> <size>\n<content>\n` for each object. */
class BatchReader {
  readonly #chunks: AsyncIterator<Buffer, void>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterator<Buffer, void>) {
    this.#chunks = chunks;
  }

  /** undefined where the object is missing or the stream ended */
  async next(maxBytes: number): Promise<Blob | undefined> {
    const header = await this.#line();
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(header ?? "")?.[1] ?? NaN);
    if (Number.isNaN(size)) return undefined;
    if (size <= maxBytes) {
      const bytes = await this.#take(size + 1);
      return bytes === undefined ? undefined : { size, content: bytes.subarray(0, size) };
    }
    return (await this.#skip(size + 1)) ? { size, content: undefined } : undefined;
  }

  async #line(): Promise<string | undefined> {
    let end = this.#buffer.indexOf(newline);
    while (end === -1) {
      if (!(await this.#more())) return undefined;
      end = this.#buffer.indexOf(newline);
    }
    const line = this.#buffer.toString("latin1", 0, end);
    this.#buffer = this.#buffer.subarray(end + 1);
    return line;
  }

  async #take(length: number): Promise<Buffer | undefined> {
    const parts = [this.#buffer];
    let have = this.#buffer.length;
    while (have < length) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      parts.push(next.value);
      have += next.value.length;
    }
    const joined = parts.length === 1 ? this.#buffer : Buffer.concat(parts);
    this.#buffer = joined.subarray(length);
    return joined.subarray(0, length);
  }

  async #skip(length: number): Promise<boolean> {
    let left = length - this.#buffer.length;
    while (left > 0) {
      if (!(await this.#more("replace"))) return false;
      left -= this.#buffer.length;
    }
    this.#buffer = this.#buffer.subarray(this.#buffer.length + left);
    return true;
  }

  async #more(how: "append" | "replace" = "append"): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#buffer = how === "append" && this.#buffer.length > 0 ? Buffer.concat([this.#buffer, next.value]) : next.value;
    return true;
  }
}
