import { EvalError } from "../domain/eval-error.js";

const causes: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "free some space and run the same command again: what is saved is not asked again"],
  EDQUOT: [
    "the disk quota is used up",
    "free some space and run the same command again: what is saved is not asked again",
  ],
  EFBIG: ["the file would be too large for this file system", "use another --output-dir"],
  EACCES: ["permission denied", "check the owner and rights of the folder, or use another one"],
  EPERM: ["operation not permitted", "check the owner and rights of the folder, or use another one"],
  EROFS: ["the file system is read-only", "use another folder"],
  ENOENT: ["no such file or folder", "check the path"],
  ENOTDIR: ["a part of the path is a file, not a folder", "check the path"],
  EISDIR: ["it is a folder, not a file", "check the path"],
  EEXIST: ["a file is in the way", "check the path"],
  EMFILE: ["too many open files", "raise the limit (ulimit -n) or lower --max-workers"],
  EIO: ["the disk reports an input/output error", "check the disk; what is saved is not asked again"],
};

/** Makes one clear line of a file system error; anything else is returned as it is. */
export function diskError(error: unknown, doing: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const known = causes[error.code];
  if (known === undefined) return error;
  const code = error.code === "ENOENT" || error.code === "EISDIR" || error.code === "ENOTDIR" ? "input" : "disk";
  return new EvalError(code, `${doing}: ${known[0]}`, { hint: known[1], cause: error });
}
