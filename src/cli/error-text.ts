import { EvalError } from "../domain/eval-error.js";
import { printable } from "../domain/printable.js";
import { diskError } from "../io/disk-error.js";

/** An error as the user sees it: what is wrong, and below it the way out. */
export function errorText({ message, hint }: EvalError): string {
  return `error: ${printable(message)}\n${hint === undefined ? "" : `  ${printable(hint)}\n`}`;
}

/** What the user sees where stdout takes no more, whatever the reason. */
export function stdoutErrorText(error: Error): string {
  const doing = "cannot write to stdout";
  const known = diskError(error, doing);
  return errorText(known instanceof EvalError ? known : new EvalError("disk", `${doing}: ${error.message}`));
}
