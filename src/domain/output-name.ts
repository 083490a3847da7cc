import { EvalError } from "./eval-error.js";

const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Checks a model, judge or branch name that becomes part of a path, and returns it unchanged. A `/` makes a folder, as upstream;
 * whatever would leave the output folder, or cannot be a file name, is refused.
 */
export function checkOutputName(name: string, what: string): string {
  const refuse = (why: string): never => {
    throw new EvalError("input", `${what} ${JSON.stringify(name)} cannot name a file: ${why}`, {
      hint: "serve the model under a plain name, such as org/model (vLLM: --served-model-name)",
    });
  };
  if (name === "") return refuse("it is empty");
  if (/\p{Cc}/u.test(name)) return refuse("it holds a control character");
  if (name.startsWith("/") || name.startsWith("\\") || /^[a-z]:[\\/]/i.test(name))
    return refuse("it is an absolute path");
  if (name.includes("\\")) return refuse("it holds a backslash");
  for (const part of name.split("/")) {
    if (part === "" || part === "." || part === "..") return refuse(`its part "${part}" is not a name`);
    if (part.startsWith(".")) return refuse(`its part "${part}" begins with a dot, which hides it`);
    if (Buffer.byteLength(part) > 200) return refuse("a part of it is longer than 200 bytes");
    if (reserved.test(part)) return refuse(`"${part}" is reserved on Windows`);
    if (part.endsWith(".failed") || part.endsWith(".lock"))
      return refuse("its ending is used for branchbench's own files");
  }
  return name;
}
