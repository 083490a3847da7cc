import type { McqPromptForm } from "../domain/mmlu/mmlu-prompt.js";
import { choiceLetter, mcqPrompt } from "../domain/mmlu/mmlu-prompt.js";
import type { McqPrompts } from "../domain/mmlu/mmlu-report.js";
import type { ContinuationForm, McqDoc, McqPrompt, McqTask } from "../domain/scoring/multiple-choice.js";
import type { ScoringFindings, ScoringMode, scoringModes } from "../domain/scoring/scoring-findings.js";
import { chooseMode } from "../domain/scoring/scoring-findings.js";
import type { OpenAIModel } from "../io/openai.js";
import type { ChoicePrompt } from "../io/prompt-files.js";
import { readChoicePrompt } from "../io/prompt-files.js";
import type { McqScoring, PromptMaker } from "./mmlu-input.js";
import { openScoring } from "./open-scoring.js";
import { probeScoring } from "./probe-scoring.js";
import type { Scoring } from "./score-item.js";
import { scoreItem } from "./score-item.js";

/** How questions are to be put and scored. */
export interface McqAsking {
  readonly tasks: readonly McqTask[];
  readonly mode: (typeof scoringModes)[number];
  readonly form: McqPromptForm;
  readonly fewShots: number;
  readonly fewShotsFrom: McqPrompts["fewShotsFrom"];
  /** tokens of a prompt at most */
  readonly maxLength?: number;
  /** puts the beginning-of-text token first */
  readonly addBos?: "yes" | "no";
  /** longest written answer in tokens, for `generate` */
  readonly maxTokens: number;
}

/** What a run needs of a server that was probed. */
export interface McqPreparation {
  readonly scoring: McqScoring;
  readonly promptOf: PromptMaker;
  readonly prompts: McqPrompts;
}

/** Probes a server once and decides how the tasks' questions are scored. */
export async function prepareScoring(
  model: OpenAIModel,
  asking: McqAsking,
  signal: AbortSignal,
): Promise<McqPreparation> {
  const findings = await probeScoring(model, {
    sample: samplePrompt(asking),
    maxLength: asking.maxLength,
    addBos: asking.addBos,
    signal,
  });
  const choicePrompt = await readChoicePrompt();
  const ask = {
    message: choicePrompt.message,
    maxTokens: asking.maxTokens,
    ...(asking.form.systemPrompt !== undefined && { systemPrompt: asking.form.systemPrompt }),
  };
  const modes = modesOf(asking, findings);
  const opened = new Map<ContinuationForm, Scoring>();
  for (const [form, mode] of modes) opened.set(form, openScoring(model, findings, { mode, ask }));
  return {
    scoring: {
      score: ({ task, doc, prompt }, stop) => {
        const scoring = opened.get(task.form);
        if (scoring === undefined) throw new Error(`no way of scoring was decided for tasks of ${task.form}`);
        return scoreItem({ doc, prompt }, scoring, stop);
      },
      modes: Object.fromEntries(modes),
      settings: decidingFindings(findings, { modes, choicePrompt, asking }),
      findings: findings.notes,
    },
    promptOf: promptMaker(asking.form, { modes, choicePrompt }),
    prompts: promptFacts(asking, modes),
  };
}

/** The prompts that would be asked, as far as that is known without asking a server: `auto` is taken for the first mode it would try. */
export async function prepareDryRun(asking: McqAsking): Promise<Pick<McqPreparation, "promptOf" | "prompts">> {
  const modes = new Map<ContinuationForm, ScoringMode>();
  for (const { form } of asking.tasks)
    modes.set(form, asking.mode === "auto" ? (form === "letters" ? "letters" : "full") : asking.mode);
  const choicePrompt = await readChoicePrompt();
  return { promptOf: promptMaker(asking.form, { modes, choicePrompt }), prompts: promptFacts(asking, modes) };
}

type Modes = ReadonlyMap<ContinuationForm, ScoringMode>;

function modesOf({ tasks, mode }: McqAsking, findings: ScoringFindings): Modes {
  const forms = [...new Set(tasks.map(({ form }) => form))];
  return new Map(forms.map((form) => [form, chooseMode(findings, mode, form)] as const));
}

/** Letters where there are any, since the probe finds out which tokens they are. */
function samplePrompt({ tasks, form }: McqAsking): McqPrompt {
  const task = tasks.find((candidate) => candidate.form === "letters" && candidate.docs.length > 0) ?? tasks[0];
  const doc = task?.docs[0];
  if (task === undefined || doc === undefined) throw new Error("there is no question to probe the server with");
  return mcqPrompt(task, doc, form);
}

interface DecidedPrompts {
  readonly modes: Modes;
  readonly choicePrompt: ChoicePrompt;
}

/** Written answers are asked for without examples and with a stated form. */
function promptMaker(form: McqPromptForm, { modes, choicePrompt }: DecidedPrompts): PromptMaker {
  return (task, doc) =>
    modes.get(task.form) === "generate" ? writtenPrompt(doc, form, choicePrompt) : mcqPrompt(task, doc, form);
}

function writtenPrompt(doc: McqDoc, { systemPrompt }: McqPromptForm, { message }: ChoicePrompt): McqPrompt {
  return {
    context: {
      kind: "chat",
      messages: [
        ...(systemPrompt === undefined ? [] : [{ role: "system", content: systemPrompt } as const]),
        { role: "user", content: message(doc) },
      ],
    },
    continuations: doc.choices.map((_, index) => choiceLetter(index)),
  };
}

function promptFacts({ form, fewShots, fewShotsFrom, maxLength }: McqAsking, modes: Modes): McqPrompts {
  const isWritten = [...modes.values()].every((mode) => mode === "generate");
  return {
    fewShots: isWritten ? 0 : fewShots,
    fewShotsFrom,
    chat: isWritten ? "one-turn" : form.chat,
    systemPrompt: form.systemPrompt ?? null,
    maxLength: maxLength ?? null,
  };
}

/** What of the findings decides outcomes; how many alternatives are listed only decides how often there is a fall-back. */
function decidingFindings(
  { context, nextToken, echo, letterIds, bos, rendering }: ScoringFindings,
  { modes, choicePrompt, asking }: DecidedPrompts & { readonly asking: McqAsking },
): Record<string, unknown> {
  const used = new Set(modes.values());
  return {
    modes: Object.fromEntries(modes),
    ...(used.has("letters") && {
      next_token: nextToken === null ? null : { endpoint: nextToken.endpoint, ids: nextToken.ids },
      letter_ids: letterIds === null ? null : [...letterIds],
    }),
    ...((used.has("letters") || used.has("full")) && {
      context,
      rendering,
      bos,
      echo: echo.kind === "works" ? { endpoint: echo.endpoint } : echo.kind,
    }),
    ...(used.has("generate") && { choice_prompt: choicePrompt.hash, max_tokens: asking.maxTokens }),
  };
}
