import { z } from "zod";
import type { ChatMessage } from "../domain/server/chat-model.js";

/** The most alternatives per token that can be asked for, as vLLM's default and OpenAI's chat endpoint have it. */
const maxTopLogprobs = 20;

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const contentSchema = z.union([
  z.string(),
  z.array(textPart).transform((parts) => parts.map((part) => part.text).join("")),
  z.null().transform(() => ""),
]);

const messageSchema = z
  .object({
    role: z.enum(["system", "developer", "user", "assistant"]),
    content: contentSchema,
  })
  .transform(({ role, content }): ChatMessage => ({ role: role === "developer" ? "system" : role, content }));

/** Parameters that both endpoints know; unknown ones are ignored, as servers do. */
const commonFields = {
  model: z.string(),
  // Accepted and checked, without effect: an embedded model always says the same.
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  n: z.literal(1, "the embedded models make one choice per request").nullish(),
  stream: z.literal(false, "the embedded server does not stream").nullish(),
  stop: z
    .union([z.string().transform((text) => [text]), z.array(z.string()).max(16)])
    .nullish()
    .transform((stop) => stop ?? []),
};

/** Body of `POST /v1/chat/completions`, as far as it is used. */
export const chatRequestSchema = z.object({
  ...commonFields,
  messages: z.array(messageSchema).min(1),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(maxTopLogprobs).nullish(),
});
export type EmbeddedChatRequest = z.infer<typeof chatRequestSchema>;

const promptSchema = z.union([z.string().transform((prompt) => [prompt]), z.array(z.string()).min(1).max(256)], {
  error: "the embedded models take a prompt as a string or as a list of strings, not as token ids",
});

/** Body of `POST /v1/completions`, as far as it is used. */
export const completionRequestSchema = z.object({
  ...commonFields,
  prompt: promptSchema,
  max_tokens: z.int().min(0).nullish(),
  echo: z.boolean().nullish(),
  logprobs: z
    .int()
    .min(0)
    .max(maxTopLogprobs, {
      error: ({ input }) =>
        `Requested sample logprobs of ${String(input)}, which is greater than max allowed: ${maxTopLogprobs}`,
    })
    .nullish(),
});
export type EmbeddedCompletionRequest = z.infer<typeof completionRequestSchema>;
