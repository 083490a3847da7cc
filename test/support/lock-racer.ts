import { open, rm } from "node:fs/promises";
import { argv, stdin } from "node:process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { EvalError } from "../../src/domain/eval-error.js";
import { withLock } from "../../src/io/lock.js";

// For each line, `<path> <time in ms>`: takes the lock at that time, and says whether anybody else was at work on the file.
const [, , name = ""] = argv;
console.log(`ready ${name}`);
for await (const line of createInterface({ input: stdin })) {
  const [path = "", time] = line.split(" ");
  while (Date.now() < Number(time)) continue;
  try {
    console.log(await withLock(path, () => workAlone(`${path}.work`)));
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    console.log(error.code);
  }
}

async function workAlone(mark: string): Promise<string> {
  const handle = await open(mark, "wx").catch(() => undefined);
  if (handle === undefined) return "not alone";
  await setTimeout(50);
  await handle.close();
  await rm(mark);
  return "alone";
}
