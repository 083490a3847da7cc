import type { ScoringFindings } from "./scoring-findings.js";

/** Words of refusals, for what does not work. */
export interface ScoringRefusals {
  /** why no next tokens are listed */
  readonly nextToken: string;
  /** why no chat is answered; null where it is */
  readonly chat: string | null;
}

type Facts = Omit<ScoringFindings, "modes" | "notes">;

/** Which modes follow from what was found, and the findings in words. */
export function describeFindings(facts: Facts, refusals: ScoringRefusals): Pick<ScoringFindings, "modes" | "notes"> {
  const modes = modesOf(facts, refusals);
  return {
    modes,
    notes: [...nextTokenNotes(facts, refusals), echoNote(facts), beginningNote(facts), ...fallbackNotes(modes)],
  };
}

function modesOf(facts: Facts, refusals: ScoringRefusals): ScoringFindings["modes"] {
  const whyNoEcho = noEcho(facts);
  return {
    letters: lettersOf(facts, refusals),
    full: whyNoEcho === undefined ? { possible: true } : { possible: false, why: whyNoEcho },
    generate:
      refusals.chat === null
        ? { possible: true }
        : { possible: false, why: `the server answers no chats: ${refusals.chat}` },
  };
}

function lettersOf(
  { nextToken, letterIds, echo }: Facts,
  refusals: ScoringRefusals,
): ScoringFindings["modes"]["letters"] {
  if (nextToken === null) return { possible: false, why: `the server lists no next tokens: ${refusals.nextToken}` };
  const byId = nextToken.ids && letterIds !== null;
  if (!byId && nextToken.endpoint !== "chat" && echo.kind === "works" && !echo.spaces)
    return { possible: false, why: 'the server shows the tokens " A" and "A" alike, and tells no ids' };
  return { possible: true };
}

function noEcho({ echo, context, rendering }: Facts): string | undefined {
  if (echo.kind === "ignored")
    return "the server ignores echo: it tells only what it writes, not the log-probabilities of the prompt (llama.cpp and Ollama do so)";
  if (echo.kind === "refused")
    return `the server does not tell the log-probabilities of a prompt (echo): ${echo.message}`;
  if (context === "chat" && rendering === null)
    return "the server does not tell how its chat template puts a chat (/apply-template, or /tokenize and /detokenize), so that a chat cannot be echoed";
  return undefined;
}

const endpointNames = {
  completions: "/v1/completions",
  chat: "/v1/chat/completions",
  "llama.cpp": "/completion",
  ollama: "/api/generate",
  sglang: "/generate",
};

function nextTokenNotes({ nextToken, letterIds }: Facts, refusals: ScoringRefusals): string[] {
  if (nextToken === null) return [`next tokens: none (${refusals.nextToken})`];
  const { endpoint, k, ids, named } = nextToken;
  const how = ids && letterIds !== null ? `letters known by id (${letterIds.join(", ")})` : "letters known by text";
  return [
    `next tokens: ${endpointNames[endpoint]}, ${named ? "the letters themselves" : `the ${k} most probable`}, ${how}`,
  ];
}

function echoNote({ echo }: Facts): string {
  if (echo.kind === "works") return `echo: works (${endpointNames[echo.endpoint]})`;
  return echo.kind === "ignored" ? "echo: ignored" : `echo: refused (${echo.message})`;
}

const beginnings: Readonly<Record<ScoringFindings["bos"], string>> = {
  none: "no beginning-of-text token is sent, as lm-eval's API backends do",
  added: "the beginning-of-text token is sent",
  server: "whether a beginning-of-text token comes first is the server's decision, which it gives no way to change",
  template: "the server's chat template decides how a chat begins",
};

function beginningNote({ bos, sendsIds, maxLength }: Facts): string {
  const cut = maxLength === null ? "" : `, cut to the last ${maxLength}`;
  return `${beginnings[bos]}${sendsIds ? `; prompts go out as token ids${cut}` : ""}`;
}

function fallbackNotes({ letters, full }: ScoringFindings["modes"]): string[] {
  if (!letters.possible || full.possible) return [];
  return ["a question for which no letter is listed fails, as there is no echo to score it in full"];
}
