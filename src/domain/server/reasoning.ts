/** A reply with the model's thinking kept apart. */
export interface SplitReply {
  readonly text: string;
  readonly reasoning?: string;
}

const opening = /^\s*<think>/;
const closing = "</think>";

/**
 * Separates a leading `<think>…</think>` from the answer. Chat templates often put the opening tag into the prompt, so that a
 * reply begins inside the thinking: then everything up to the first closing tag is thinking, unless an opening tag stands before it.
 * Thinking that never closes leaves an empty answer. A reply without thinking is returned unchanged, to the byte.
 */
export function splitReasoning(reply: string): SplitReply {
  const opened = opening.exec(reply);
  const end = reply.indexOf(closing);
  if (opened !== null) {
    if (end === -1) return { text: "", reasoning: reply.slice(opened[0].length).trim() };
    return {
      text: reply.slice(end + closing.length).trimStart(),
      reasoning: reply.slice(opened[0].length, end).trim(),
    };
  }
  if (end === -1 || reply.lastIndexOf("<think>", end) !== -1) return { text: reply };
  return { text: reply.slice(end + closing.length).trimStart(), reasoning: reply.slice(0, end).trim() };
}
