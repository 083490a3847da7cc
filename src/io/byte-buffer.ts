/** UTF-8 needs at most this many bytes for one of JavaScript's characters. */
const bytesPerCharacter = 3;
const newline = 0x0a;

/** Gathers texts and bytes outside of the heap, where the garbage collector never copies them. */
export interface ByteBuffer {
  /** in bytes */
  readonly length: number;
  append(part: string | Uint8Array): void;
  /** A text and a line end. */
  appendLine(text: string): void;
  /** What was gathered; a view that holds good until more is appended. */
  bytes(): Buffer;
  clear(): void;
}

/**
 * An empty buffer, which grows as it has to.
 *
 * @param room bytes that it begins with
 */
export function byteBuffer(room: number): ByteBuffer {
  let buffer = Buffer.allocUnsafeSlow(room);
  let length = 0;
  const need = (bytes: number): void => {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(length + bytes, 2 * buffer.length));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  return {
    get length() {
      return length;
    },
    append: (part) => {
      need(part.length * (typeof part === "string" ? bytesPerCharacter : 1));
      if (typeof part === "string") length += buffer.write(part, length);
      else {
        buffer.set(part, length);
        length += part.length;
      }
    },
    appendLine: (text) => {
      need(text.length * bytesPerCharacter + 1);
      length += buffer.write(text, length);
      buffer[length++] = newline;
    },
    bytes: () => buffer.subarray(0, length),
    clear: () => (length = 0),
  };
}
