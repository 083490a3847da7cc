import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageVersion } from "./package-version.js";

/** The folder that holds package.json, prompts and taxonomy. */
export const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

export interface PackageInfo {
  readonly version: string;
  readonly code_sha256: string;
}

let known: PackageInfo | undefined;

/**
 * Version, and a hash over the running code, so that a manifest says exactly what wrote the records. The code does not change while it
 * runs, so it is read once; not asynchronously, which takes twenty times as long for hundreds of small files.
 */
export function packageInfo(): PackageInfo {
  known ??= { version: packageVersion(), code_sha256: codeHash() };
  return known;
}

function codeHash(): string {
  const thisFile = fileURLToPath(import.meta.url);
  const codeFolder = fileURLToPath(new URL("../", import.meta.url));
  const hash = createHash("sha256");
  for (const file of readdirSync(codeFolder, { recursive: true, encoding: "utf8" }).sort())
    if (extname(file) === extname(thisFile)) hash.update(`${file}\n`).update(readFileSync(join(codeFolder, file)));
  return hash.digest("hex");
}
