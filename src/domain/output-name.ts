import { EvalError } from "./eval-error.js";
import { quotedName } from "./printable.js";

interface NameRule {
  readonly breaks: (name: string) => boolean;
  readonly why: string;
}

const wholeNameRules: readonly NameRule[] = [
  { breaks: (name) => name === "", why: "it is empty" },
  { breaks: (name) => /\p{Cc}/u.test(name), why: "it holds a control character" },
  { breaks: (name) => /^([/\\]|[a-z]:[\\/])/i.test(name), why: "it is an absolute path" },
  { breaks: (name) => name.includes("\\"), why: "it holds a backslash" },
];

const partRules: readonly NameRule[] = [
  { breaks: (part) => part === "" || part === "." || part === "..", why: "it is not a name" },
  { breaks: (part) => part.startsWith("."), why: "it begins with a dot, which hides it" },
  { breaks: (part) => Buffer.byteLength(part) > 200, why: "it is longer than 200 bytes" },
  { breaks: (part) => /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part), why: "it is reserved on Windows" },
  { breaks: (part) => /\.(failed|lock)$/.test(part), why: "its ending is used for branchbench's own files" },
];

/**
 * Checks a model, judge or branch name that becomes part of a path, and returns it unchanged. A `/` makes a folder, as upstream;
 * whatever would leave the output folder, or cannot be a file name, is refused.
 */
export function checkOutputName(name: string, what: string): string {
  const broken = wholeNameRules.find(({ breaks }) => breaks(name))?.why ?? brokenPart(name);
  if (broken === undefined) return name;
  throw new EvalError("input", `${what} ${quotedName(name)} cannot name a file: ${broken}`, {
    hint: ["model", "judge"].includes(what)
      ? "serve the model under a plain name, such as org/model (vLLM: --served-model-name)"
      : "give a plain name, such as mt_bench or feature/tea",
  });
}

/** Why a name cannot be a part of a file's name; undefined where it can. */
export function faultOfFileName(name: string): string | undefined {
  const broken = wholeNameRules.find(({ breaks }) => breaks(name))?.why;
  return broken ?? (name.includes("/") ? "it holds a slash" : brokenPart(name));
}

function brokenPart(name: string): string | undefined {
  for (const part of name.split("/")) {
    const rule = partRules.find(({ breaks }) => breaks(part));
    if (rule !== undefined) return `its part "${part.slice(0, 60)}": ${rule.why}`;
  }
  return undefined;
}
