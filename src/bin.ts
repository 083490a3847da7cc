#!/usr/bin/env node
import { stdoutErrorText } from "./cli/error-text.js";
import { main } from "./cli/main.js";

/** Exit code after Ctrl-C, as shells expect it. */
const interrupted = 130;

function onInterrupt(listener: () => void): () => void {
  let isFirst = true;
  const handle = (): void => {
    if (!isFirst) process.exit(interrupted);
    isFirst = false;
    listener();
  };
  process.on("SIGINT", handle).on("SIGTERM", handle);
  return () => void process.off("SIGINT", handle).off("SIGTERM", handle);
}

// Node ends silently when nothing is left that could settle a promise; a run that stops like that must not look like a success
let isFinished = false;
process.on("exit", (code) => {
  if (isFinished || code !== 0) return;
  process.stderr.write("error: branchbench stopped in the middle of its work; please report this as a bug\n");
  process.exitCode = 1;
});

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  isFinished = true;
  // a reader that has seen enough (`| head`) is no error
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(stdoutErrorText(error));
  process.exit(1);
});

const exitCode = await main(process.argv.slice(2), {
  env: process.env,
  stdout: { isTTY: process.stdout.isTTY, write: (text) => void process.stdout.write(text) },
  stderr: { isTTY: process.stderr.isTTY, write: (text) => void process.stderr.write(text) },
  onInterrupt,
});
isFinished = true;
process.exitCode = exitCode;
