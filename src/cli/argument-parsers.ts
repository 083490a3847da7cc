import { InvalidArgumentError } from "commander";
import { parseDurationMs } from "../domain/duration.js";

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

export function positiveWholeNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("It must be at least 1.");
  return value;
}

export function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError("It must be between 0 and 65535.");
  return value;
}

export function nonNegativeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("It must be a number, at least 0.");
  return value;
}

export function share(text: string): number {
  const value = nonNegativeNumber(text);
  if (value > 1) throw new InvalidArgumentError("It must be between 0 and 1.");
  return value;
}

export function durationMs(text: string): number {
  const value = parseDurationMs(text);
  if (value === undefined) throw new InvalidArgumentError("It must be a duration with a unit, such as 30s, 10m or 1h.");
  return value;
}

/** As many questions as a stage has under way, which more workers would wait for. */
const mostWorkers = 512;

export function workers(text: string): number | "auto" {
  if (text === "auto") return "auto";
  const count = positiveWholeNumber(text);
  if (count > mostWorkers) throw new InvalidArgumentError(`It must be at most ${mostWorkers}.`);
  return count;
}

/** `Name: value`, gathered over repeated options. */
export function header(text: string, earlier: Readonly<Record<string, string>> = {}): Record<string, string> {
  const parts = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*)$/.exec(text);
  // commander would repeat the text, which may hold a secret: the empty name is refused where headers are used
  if (parts?.[1] === undefined) return { ...earlier, "": "" };
  return { ...earlier, [parts[1]]: parts[2] ?? "" };
}

export function path(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

/** Gathers repeated options. */
export function gather(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}
