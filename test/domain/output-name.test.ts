import { isAbsolute, join, relative } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOutputName } from "../../src/domain/output-name.js";
import { evalError } from "../support/eval-error.js";
import { quotedName } from "../../src/domain/printable.js";

describe("checkOutputName", () => {
  it.each([
    "gpt-4",
    "instructlab/granite-7b-lab",
    "a/b/c",
    "prometheus-8x7b-v2.0",
    "llama3:8b",
    "model@sha256",
    "two words",
    "Modèle",
    "模型",
    "a..b",
    "-f",
    "console",
    "community",
    "x.failed.y",
    "failed",
    "a".repeat(200),
    `${"a".repeat(200)}/${"b".repeat(200)}`,
  ])("takes %j as it is", (name) => {
    expect(checkOutputName(name, "model")).toBe(name);
  });

  it.each([
    ["", "it is empty"],
    ["/models/granite", "absolute path"],
    ["//server/share", "absolute path"],
    ["\\\\server\\share", "absolute path"],
    ["C:\\models\\granite", "absolute path"],
    ["c:/models", "absolute path"],
    ["..", 'its part ".."'],
    ["../granite", 'its part ".."'],
    ["a/../../granite", 'its part ".."'],
    ["a/..", 'its part ".."'],
    [".", 'its part "."'],
    ["./granite", 'its part "."'],
    ["a//b", 'its part ""'],
    ["a/", 'its part ""'],
    ["a\\b", "backslash"],
    ["..\\granite", "backslash"],
    ["a\0b", "control character"],
    ["a\nb", "control character"],
    ["a\u001B[31mb", "control character"],
    ["a\u0085b", "control character"],
    ["a".repeat(201), "longer than 200 bytes"],
    ["é".repeat(101), "longer than 200 bytes"],
    [`a/${"b".repeat(201)}`, "longer than 200 bytes"],
    ["con", "reserved on Windows"],
    ["NUL", "reserved on Windows"],
    ["a/aux", "reserved on Windows"],
    ["com1.v2", "reserved on Windows"],
    ["lpt9", "reserved on Windows"],
    ["granite.failed", "branchbench's own files"],
    ["granite.lock", "branchbench's own files"],
    ["a.failed/granite", "branchbench's own files"],
    [".granite", "begins with a dot"],
    ["a/.aside", "begins with a dot"],
    ["...", "begins with a dot"],
  ])("refuses %j", (name, why) => {
    expect(() => checkOutputName(name, "model")).toThrow(
      evalError("input", `model ${quotedName(name)} cannot name a file: `, "--served-model-name"),
    );
    expect(() => checkOutputName(name, "model")).toThrow(evalError("input", why));
  });

  it("says what the name was given for", () => {
    expect(() => checkOutputName("..", "judge")).toThrow(evalError("input", 'judge ".." cannot name a file'));
  });

  it("never lets a name leave its folder", () => {
    const part = fc.oneof(fc.constantFrom("..", ".", "", "a", "..a", "C:", "\\", "~"), fc.string({ unit: "grapheme" }));
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.oneof(name, fc.string()), (name) => {
        let checked: string;
        try {
          checked = checkOutputName(name, "model");
        } catch {
          return;
        }
        const inside = relative("/out", join("/out", `${checked}.jsonl`));
        expect(inside).toBe(`${name}.jsonl`);
        expect(isAbsolute(inside)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
