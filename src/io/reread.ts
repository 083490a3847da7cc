import { stat } from "node:fs/promises";

/** Reads a file again only where it is another one than the last time, for those who look at the same files again and again. */
export function rereadWhenChanged<Value>(read: (path: string) => Promise<Value>): (path: string) => Promise<Value> {
  const known = new Map<string, { readonly mark: string; readonly value: Value }>();
  return async (path) => {
    const mark = await stat(path).then(
      ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
      () => "absent",
    );
    const before = known.get(path);
    if (before?.mark === mark) return before.value;
    const value = await read(path);
    known.set(path, { mark, value });
    return value;
  };
}
