import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EvalError } from "../domain/eval-error.js";
import { packageRoot } from "./package-info.js";

/** The page's program and its looks, as `npm run build` bundles them. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** @param name `page` for the report file, `view` for the viewer */
export async function readPageAssets(name: "page" | "view"): Promise<PageAssets> {
  const folder = join(packageRoot, "dist", "page", ...(name === "view" ? ["view"] : []));
  const read = (file: string): Promise<string> => readFile(join(folder, file), "utf8");
  try {
    return { script: await read(`${name}.js`), style: await read(`${name}.css`) };
  } catch (cause) {
    throw new EvalError("input", "the pages are not built", { hint: "run: npm run build", cause });
  }
}
