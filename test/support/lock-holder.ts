import { argv, stdin } from "node:process";
import { EvalError } from "../../src/domain/eval-error.js";
import { withLock } from "../../src/io/lock.js";

// Takes the lock on the file that is named first, says so, and holds it until standard input ends.
const [, , path = ""] = argv;
try {
  await withLock(path, async () => {
    console.log("held");
    for await (const _ of stdin) continue;
  });
} catch (error) {
  if (!(error instanceof EvalError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
