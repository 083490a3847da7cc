import type { ReplyShape } from "../domain/scoring/logprob-replies.js";
import type { McqContext } from "../domain/scoring/multiple-choice.js";
import type { SentPrompt } from "../domain/scoring/scoring-bodies.js";
import type { NextTokenEndpoint } from "../domain/scoring/scoring-findings.js";
import type { Listing, Rendering, ScoringProbe, Tried } from "../io/scoring-probe.js";

/** A text that any model can go on with. */
export const probeContext = "Question: Which of these is a colour?\nA. green\nB. seven\nAnswer:";
const probeText: SentPrompt = { kind: "text", text: probeContext };
const probeChat: SentPrompt = { kind: "chat", messages: [{ role: "user", content: probeContext }] };

/** what OpenAI's chats, Ollama and vLLM tell at most */
const mostAlternatives = 20;

/** A call that lists next tokens. */
export interface ListingWay {
  readonly endpoint: NextTokenEndpoint;
  readonly k: number;
  readonly shape: ReplyShape;
  /** the reply names each token by its id without being asked to */
  readonly namesIds: boolean;
}

/** What the calls that continue a text can do. */
export interface TextListing {
  /** the best of them, or why there is none */
  readonly way: Tried<ListingWay>;
  /** whether `/completions` answers at all */
  readonly hasCompletions: boolean;
  readonly takesAddSpecialTokens: boolean;
  /** whether vLLM's `return_tokens_as_token_ids` works */
  readonly tokensAsIds: boolean;
}

const noLogprobs: Tried<never> = {
  kind: "refused",
  status: 200,
  message: "the replies have no log-probabilities",
};

/** Tries the completions call first; other servers' own calls where it lists nothing, or where they tell more. */
export async function probeTexts(probe: ScoringProbe): Promise<TextListing> {
  const plain = await probe.list("completions", probeText, { k: mostAlternatives });
  const way = wayOf("completions", plain);
  const hasCompletions = plain.kind === "works";
  const rest = { hasCompletions, takesAddSpecialTokens: false, tokensAsIds: false };
  if (way.kind === "works" && way.value.shape === "completion") {
    const { k } = way.value;
    const extended = wayOf(
      "completions",
      await probe.list("completions", probeText, { k, asIds: true, addSpecialTokens: false }),
    );
    const tokensAsIds = extended.kind === "works" && extended.value.namesIds;
    const takesAddSpecialTokens = extended.kind === "works";
    if (tokensAsIds) return { way, hasCompletions, takesAddSpecialTokens, tokensAsIds };
    // an object keyed by texts holds one of two tokens that look alike: SGLang's own call holds both
    const own = await ownWay(probe, "sglang");
    return { ...rest, way: own.kind === "works" ? own : way, takesAddSpecialTokens };
  }
  for (const endpoint of ["llama.cpp", "sglang", "ollama"] as const) {
    const own = await ownWay(probe, endpoint);
    if (own.kind === "works") return { ...rest, way: own };
  }
  return { ...rest, way };
}

/** A call of the chat. */
export async function probeChats(
  probe: ScoringProbe,
): Promise<{ readonly way: Tried<ListingWay>; readonly answers: Tried<unknown> }> {
  const answers = await probe.list("chat", probeChat, { k: mostAlternatives });
  if (answers.kind === "works") return { way: wayOf("chat", answers), answers };
  // models that think tell no log-probabilities, and refuse the question for them
  const bare = await probe.answers(probeChat);
  return { way: answers, answers: bare };
}

async function ownWay(probe: ScoringProbe, endpoint: "llama.cpp" | "sglang" | "ollama"): Promise<Tried<ListingWay>> {
  const way = wayOf(endpoint, await probe.list(endpoint, probeText, { k: mostAlternatives }));
  return way.kind === "works" && way.value.shape !== endpoint ? noLogprobs : way;
}

function wayOf(endpoint: NextTokenEndpoint, listed: Tried<Listing>): Tried<ListingWay> {
  if (listed.kind === "refused") return listed;
  const { k, shape, tokens } = listed.value;
  if (tokens.length === 0) return noLogprobs;
  return { kind: "works", value: { endpoint, k, shape, namesIds: tokens.every(({ id }) => id !== undefined) } };
}

/** Which call the questions of a run go to; a chat goes to the chat call where that lists tokens and nothing has to be cut. */
export function listingWay(
  context: McqContext,
  found: {
    readonly texts: TextListing;
    readonly chats: Tried<ListingWay>;
    readonly rendered: Rendering | undefined;
    readonly maxLength: number | undefined;
  },
): Tried<ListingWay> {
  const { texts, chats, rendered, maxLength } = found;
  if (context.kind === "text") return texts.way;
  const viaText = rendered !== undefined && texts.way.kind === "works";
  if (chats.kind === "works" && maxLength === undefined) return chats;
  return viaText ? texts.way : chats;
}

/** Whether the server takes token ids in place of a text. */
export async function takesIds(probe: ScoringProbe, way: ListingWay, ids: readonly number[]): Promise<boolean> {
  if (way.endpoint === "chat" || way.endpoint === "ollama") return false;
  const listed = wayOf(way.endpoint, await probe.list(way.endpoint, { kind: "ids", ids }, { k: way.k }));
  return listed.kind === "works";
}

/** Whether vLLM tells exactly the tokens that are named. */
export async function tellsNamed(probe: ScoringProbe, way: ListingWay, letterIds: readonly number[]): Promise<boolean> {
  const prompt = way.endpoint === "chat" ? probeChat : probeText;
  const listed = await probe.list(way.endpoint, prompt, { k: way.k, asIds: true, named: letterIds });
  if (listed.kind === "refused" || listed.value.k !== way.k) return false;
  const told = new Set(listed.value.tokens.map(({ id }) => id));
  // the token that was written may come on top
  return letterIds.every((id) => told.has(id)) && told.size <= new Set(letterIds).size + 1;
}
