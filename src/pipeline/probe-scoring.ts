import type { McqPrompt } from "../domain/multiple-choice.js";
import type { ScoringFindings } from "../domain/scoring-findings.js";
import type { OpenAIModel } from "../io/openai.js";

/** What a probe goes by. */
export interface ProbeOptions {
  /** one question as the run will put it: decides between texts and chats, and which tokens its letters are */
  readonly sample: McqPrompt;
  /** ids kept at most, as lm-eval truncates (its default for servers: 2047); left out, nothing is cut */
  readonly maxLength?: number;
  /** whether the beginning-of-text token comes first; `no`, the default, is what lm-eval's API backends do */
  readonly addBos?: "yes" | "no";
  readonly signal?: AbortSignal;
}

/** A server as the probe and the scorer need it. */
export type ScoringServer = Pick<OpenAIModel, "name" | "url" | "at" | "tryOut" | "calling" | "chat">;

/**
 * Finds out, with some ten small requests, what a server can do: whether it echoes, how many alternatives it tells, whether it names ids.
 *
 * @throws {EvalError} `server` where it cannot be reached or accepts no key; `input` where `maxLength` cannot be kept
 */
export async function probeScoring(server: ScoringServer, options: ProbeOptions): Promise<ScoringFindings> {
  return Promise.reject(new Error(`${server.name}: ${options.sample.context.kind}`));
}
