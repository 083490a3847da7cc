import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** An opened browser; disposing removes what was needed to open it. */
export interface OpenedBrowser extends AsyncDisposable {
  /** false where no browser could be started */
  readonly isOpen: boolean;
}

/**
 * Opens the user's browser. The address holds a secret, and every user of a machine can read the arguments of every process: the browser is
 * given a file that only this user can read and that leads on to the address.
 */
export async function openBrowser(address: string): Promise<OpenedBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "branchbench-view-"));
  const file = join(folder, "open.html");
  await writeFile(file, redirectPage(address), { mode: 0o600 });
  const [command, ...args] = openers[platform()] ?? ["xdg-open"];
  const isOpen = await new Promise<boolean>((resolve) => {
    const child = spawn(command, [...args, pathToFileURL(file).href], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => resolve(true));
    child.unref();
  });
  return { isOpen, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

function redirectPage(address: string): string {
  const safe = address.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${safe}"><title>branchbench</title><a href="${safe}">Open the viewer</a>\n`;
}
