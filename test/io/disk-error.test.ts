import { describe, expect, it } from "vitest";
import { EvalError } from "../../src/domain/eval-error.js";
import { diskError } from "../../src/io/disk-error.js";
import { evalError } from "../support/eval-error.js";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something, open '/secret/path'`), { code });
}

describe("diskError", () => {
  it.each([
    ["ENOSPC", "disk", "the disk is full", "what is saved is not asked again"],
    ["EDQUOT", "disk", "the disk quota is used up", "what is saved is not asked again"],
    ["EFBIG", "disk", "the file would be too large", "--output-dir"],
    ["EACCES", "disk", "permission denied", "owner and rights"],
    ["EPERM", "disk", "operation not permitted", "owner and rights"],
    ["EROFS", "disk", "the file system is read-only", "another folder"],
    ["EEXIST", "disk", "a file is in the way", "path"],
    ["EMFILE", "disk", "too many open files", "ulimit -n"],
    ["EIO", "disk", "the disk reports an input/output error", "check the disk"],
    ["ENOENT", "input", "no such file or folder", "path"],
    ["ENOTDIR", "input", "a part of the path is a file", "path"],
    ["EISDIR", "input", "it is a folder, not a file", "path"],
  ] as const)("makes one line of %s, with the way out, and keeps the cause", (code, kind, why, hint) => {
    const cause = systemError(code);
    const error = diskError(cause, "cannot write x.jsonl");
    expect(error).toEqual(evalError(kind, `cannot write x.jsonl: ${why}`, hint));
    expect(error).toHaveProperty("cause", cause);
    expect(error).toHaveProperty("message", expect.not.stringContaining("secret"));
  });

  it.each<[string, unknown]>([
    ["an unknown system error", systemError("ENOSYS")],
    ["an error of this program", new EvalError("input", "x")],
    ["a bug", new TypeError("x is not a function")],
    ["an error with another kind of code", Object.assign(new Error("x"), { code: 28 })],
    ["something that is no error", { code: "ENOSPC" }],
  ])("returns %s as it is", (_, error) => {
    expect(diskError(error, "cannot write x.jsonl")).toBe(error);
  });
});
