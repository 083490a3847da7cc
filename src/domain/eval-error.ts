/** What kind of thing the user can mend. */
export type EvalErrorCode =
  /** an option says what no option can mean */
  | "usage"
  /** a file, a setting or a name is wrong */
  | "input"
  /** a model server refuses, is unreachable or does not offer what was asked */
  | "server"
  /** what is on disk was made with other settings */
  | "conflict"
  /** another process works on the same output */
  | "locked"
  /** the disk is full or not writable */
  | "disk"
  /** the user stopped the run; everything finished is saved */
  | "interrupted";

/** An error the user can mend: the command line prints message and hint, without a stack. Anything else is a bug. */
export class EvalError extends Error {
  override readonly name = "EvalError";
  readonly code: EvalErrorCode;
  /** the way out, as a sentence or a command */
  readonly hint: string | undefined;

  constructor(code: EvalErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
