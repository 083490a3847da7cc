import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { open } from "node:fs/promises";
import { env, execPath } from "node:process";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));

const ownEnv = { PATH: env["PATH"] ?? "", HOME: env["HOME"] ?? "", BRANCHBENCH_DATA_DIR: "/nonexistent" };

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly done: Promise<CliResult>;
}

/** Starts the built command line as a user would, with an environment of its own. */
export function startCli(
  args: readonly string[],
  extraEnv: Readonly<Record<string, string>> = {},
  cwd?: string,
): RunningCli {
  const child = spawn(execPath, [bin, ...args], {
    env: { ...ownEnv, ...extraEnv },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
  const chunks = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (chunks.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (chunks.stderr += text));
  const done = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...chunks }));
  });
  return { process: child, done };
}

export async function runCli(
  args: readonly string[],
  extraEnv: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<CliResult> {
  return startCli(args, extraEnv, cwd).done;
}

/** Runs it with stdout going to a file, such as a device that takes nothing. */
export async function runInto(path: string, args: readonly string[]): Promise<Omit<CliResult, "stdout">> {
  await using file = await open(path, "w");
  const child = spawn(execPath, [bin, ...args], { env: ownEnv, stdio: ["ignore", file.fd, "pipe"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stderr }));
  });
}
