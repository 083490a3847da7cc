import { EvalError } from "../eval-error.js";
import type { ContinuationForm } from "./multiple-choice.js";

/** How choices are found out, as it is asked for by `--mode`. */
export const scoringModes = ["auto", "letters", "full", "generate"] as const;

/** A way that was decided for; never mixed within one figure, but for the counted fall-backs of `letters`. */
export type ScoringMode = Exclude<(typeof scoringModes)[number], "auto">;

/** Calls that tell the most probable next tokens. */
export type NextTokenEndpoint =
  /** `/v1/completions` with `logprobs` */
  | "completions"
  /** `/v1/chat/completions` with `top_logprobs` */
  | "chat"
  /** llama.cpp's `/completion` with `n_probs` */
  | "llama.cpp"
  /** Ollama's `/api/generate`, raw */
  | "ollama"
  /** SGLang's `/generate` */
  | "sglang";

/** Calls that tell the log-probabilities of a prompt. */
export type EchoEndpoint = Extract<NextTokenEndpoint, "completions" | "sglang">;

/** What a server can do for multiple-choice questions, found out once a run; plain data, recorded in the manifest. */
export interface ScoringFindings {
  /** what software the replies look like */
  readonly server: "vllm" | "sglang" | "llama.cpp" | "ollama" | "openai-like";
  /** whether questions go out as texts or as chats */
  readonly context: "text" | "chat";
  readonly nextToken: {
    readonly endpoint: NextTokenEndpoint;
    /** most alternatives that the server tells */
    readonly k: number;
    /** the reply names tokens by id */
    readonly ids: boolean;
    /** vLLM tells the log-probabilities of exactly the tokens that are named */
    readonly named: boolean;
  } | null;
  readonly echo:
    | {
        readonly kind: "works";
        readonly endpoint: EchoEndpoint;
        /** false where token texts lack their spaces, so that "A" may stand for " A" */
        readonly spaces: boolean;
      }
    | { readonly kind: "ignored" }
    | { readonly kind: "refused"; readonly message: string };
  /** whether `/tokenize` tells the ids of a text */
  readonly tokenizer: boolean;
  /** whether prompts go out as ids: to cut them, or to leave the beginning-of-text token out */
  readonly sendsIds: boolean;
  /** how a chat becomes the text that the model sees */
  readonly rendering: "llama.cpp" | "vllm" | null;
  /** the token of each continuation after the probed context, where all are single tokens */
  readonly letterIds: readonly number[] | null;
  /** whether `add_special_tokens` may be sent */
  readonly takesAddSpecialTokens: boolean;
  /** what stands before the text: `none` as with lm-eval's API backends; `server` where the server decides */
  readonly bos: "none" | "added" | "server" | "template";
  /** ids kept at most: lm-eval's left truncation */
  readonly maxLength: number | null;
  /** modes that this server allows, for letters and for texts as continuations; why not, otherwise */
  readonly modes: Readonly<
    Record<ScoringMode, { readonly possible: true } | { readonly possible: false; readonly why: string }>
  >;
  /** in words, for people */
  readonly notes: readonly string[];
}

/**
 * Decides how the questions of one form are asked. `auto` takes the first that is possible of letters (for letters only), full, generate.
 *
 * @throws {EvalError} `server` where the server cannot do what is asked for, `input` where it makes no sense
 */
export function chooseMode(
  findings: Pick<ScoringFindings, "modes">,
  asked: (typeof scoringModes)[number],
  form: ContinuationForm,
): ScoringMode {
  const { modes } = findings;
  if (asked === "auto") {
    const order = form === "letters" ? (["letters", "full", "generate"] as const) : (["full", "generate"] as const);
    return order.find((mode) => modes[mode].possible) ?? unavailable(findings, order[0], form);
  }
  if (asked === "letters" && form === "texts")
    throw new EvalError(
      "input",
      "--mode letters: these tasks are scored by the texts of their choices, not by letters",
      {
        hint: "--mode full scores them as they are meant; --mode generate asks for a letter",
      },
    );
  return modes[asked].possible ? asked : unavailable(findings, asked, form);
}

function unavailable({ modes }: Pick<ScoringFindings, "modes">, mode: ScoringMode, form: ContinuationForm): never {
  const finding = modes[mode];
  const others = (["letters", "full", "generate"] as const).filter(
    (other) => modes[other].possible && !(other === "letters" && form === "texts"),
  );
  throw new EvalError("server", `--mode ${mode} is not possible here: ${finding.possible ? "" : finding.why}`, {
    hint:
      others.length === 0
        ? "serve the model with vLLM, SGLang, llama.cpp or Ollama, which tell log-probabilities"
        : `possible with this server: ${others.map((other) => `--mode ${other}`).join(", ")}`,
  });
}
