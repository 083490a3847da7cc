import { createHash, hash as hashOf } from "node:crypto";
import { contextHash } from "./mmlu-prompt.js";
import type { McqContext, McqDoc } from "../scoring/multiple-choice.js";

/** What lm-eval's sample files tell of one question, each a sha256 in hex. */
export interface SampleHashes {
  readonly docHash: string;
  readonly promptHash: string;
  readonly targetHash: string;
}

/**
 * The hashes of one question (`simple_evaluate` of lm_eval/evaluator.py).
 *
 * @param asked what was asked, or its hash where that is known
 */
export function sampleHashes(doc: Pick<McqDoc, "gold" | "row">, asked: McqContext | string): SampleHashes {
  return {
    // Python's json.dumps(indent=2, ensure_ascii=False) writes texts, whole numbers and lists as JSON.stringify does
    docHash: sha256(JSON.stringify(doc.row, null, 2)),
    promptHash: typeof asked === "string" ? asked : promptHash(asked),
    targetHash: targetHash(doc.gold),
  };
}

/**
 * A text is hashed as it is sent. Of a chat lm-eval hashes the text that the model's template makes of it, which is not known here: the
 * hash is the one it has for servers that apply the template themselves (`local-chat-completions`), over its JSON of the messages.
 */
export function promptHash(context: McqContext): string {
  return context.kind === "text" ? contextHash(context) : sha256(pythonMessages(context.messages));
}

/** by number: there are as many as choices of a question */
const targetHashes = new Map<number, string>();

function targetHash(gold: number): string {
  const known = targetHashes.get(gold);
  if (known !== undefined) return known;
  const made = sha256(String(gold));
  targetHashes.set(gold, made);
  return made;
}

function pythonMessages(messages: Extract<McqContext, { kind: "chat" }>["messages"]): string {
  const written = messages.map(
    ({ role, content }) => `{"role": "${role}", "content": ${JSON.stringify(content)}, "type": "text"}`,
  );
  return `[${written.join(", ")}]`;
}

/** What `taskHash` is made of, for some questions in the order of the file. */
export function hashText(samples: readonly SampleHashes[]): string {
  return samples.map(({ docHash, promptHash, targetHash }) => docHash + promptHash + targetHash).join("");
}

/** lm-eval's `task_hashes` entry: over the hashes of all questions, in the order of the file, in any number of texts. */
export function taskHash(texts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex");
}

function sha256(text: string): string {
  return hashOf("sha256", text);
}
