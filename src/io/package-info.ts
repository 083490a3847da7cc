import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageVersion } from "./package-version.js";

/** The folder that holds package.json, prompts and taxonomy. */
export const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Version, and a hash over the running code, so that a manifest says exactly what wrote the records. */
export async function packageInfo(): Promise<{ version: string; code_sha256: string }> {
  const codeFolder = fileURLToPath(new URL("../", import.meta.url));
  const files = (await readdir(codeFolder, { recursive: true })).filter((file) => /\.[jt]s$/.test(file)).sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\n`).update(await readFile(join(codeFolder, file)));
  return { version: packageVersion(), code_sha256: hash.digest("hex") };
}
