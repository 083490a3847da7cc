import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { packageRoot } from "./package-info.js";

/** The page's program and its looks, as `npm run build` bundles them. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export async function readPageAssets(): Promise<PageAssets> {
  const read = (name: string): Promise<string> => readFile(join(packageRoot, "dist", "page", name), "utf8");
  try {
    return { script: await read("page.js"), style: await read("page.css") };
  } catch (cause) {
    throw new EvalError("input", "the report page is not built", { hint: "run: npm run build", cause });
  }
}
