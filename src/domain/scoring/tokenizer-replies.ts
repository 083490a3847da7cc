import { z } from "zod";
import { jsonOrUndefined } from "../server/server-message.js";

const idSchema = z.int().min(0);
/** vLLM, SGLang and llama.cpp; llama.cpp adds pieces where asked */
const idsSchema = z.object({
  tokens: z.array(z.union([idSchema, z.object({ id: idSchema }).transform(({ id }) => id)])),
});
/** vLLM and llama.cpp's apply-template; llama.cpp's detokenize; SGLang's */
const textSchema = z.union([
  z.object({ prompt: z.string() }).transform(({ prompt }) => prompt),
  z.object({ content: z.string() }).transform(({ content }) => content),
  z.object({ text: z.string() }).transform(({ text }) => text),
]);

/** The ids of a text as `/tokenize` tells them, or undefined. */
export function readIds(body: string): readonly number[] | undefined {
  return idsSchema.safeParse(jsonOrUndefined(body)).data?.tokens;
}

/** The text of ids or of a chat as `/detokenize` or `/apply-template` tells it, or undefined. */
export function readText(body: string): string | undefined {
  return textSchema.safeParse(jsonOrUndefined(body)).data;
}
