import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { env } from "node:process";

/** Published data that is not part of the project; tests that need it are skipped, visibly, where the folder is absent. */
export const dataFolder = resolve(env["BRANCHBENCH_DATA"] ?? "../shared/data");

export const hasData = existsSync(join(dataFolder, "README.md"));
