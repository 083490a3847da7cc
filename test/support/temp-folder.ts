import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of its own for one test; `await using` removes it. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string;
  /** path of a file in it, whether there is one or not */
  file(name: string): string;
  /** writes a file, with the folders above it, and returns its path */
  write(name: string, content: string | Uint8Array): Promise<string>;
  read(name: string): Promise<string>;
  /** paths of all files in it, also hidden ones, with `/`, sorted */
  list(): Promise<string[]>;
}

/** Makes an empty folder in the system's temporary one. */
export async function tempFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), "branchbench-test-"));
  const file = (name: string): string => join(path, name);
  return {
    path,
    file,
    write: async (name, content) => {
      await mkdir(dirname(file(name)), { recursive: true });
      await writeFile(file(name), content);
      return file(name);
    },
    read: (name) => readFile(file(name), "utf8"),
    list: async () => {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(path.length + 1)
            .replaceAll("\\", "/"),
        )
        .sort();
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
