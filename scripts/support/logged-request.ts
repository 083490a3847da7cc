import { createHash } from "node:crypto";

/** Tells apart what is asked: in the kill test each last message is unique, but for repeats, which differ in their seed. */
export function requestKey(prompt: string, seed: number | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify([prompt, seed ?? null]))
    .digest("hex")
    .slice(0, 24);
}

/** The candidate refuses a prompt that begins so. */
export const startsRefusedPrompt = "Refused:";
/** The judge refuses a prompt that holds this. */
export const judgeRefuses = "(nobody rates this)";
/** A completion of a prompt that holds this is refused. */
export const completionRefused = "(nobody completes this)";

/** Tells questions with choices apart, as lm-eval's hash of the prompt does: what asks for one of their choices has the same key. */
export function choiceKey(prompt: string): string {
  return createHash("sha256")
    .update(prompt.replace(/(?<=\nAnswer:) [A-D]$/, ""))
    .digest("hex");
}
