import { EvalError } from "../domain/eval-error.js";
import { shownName } from "../domain/printable.js";
import type { OpenAIModel } from "../io/openai.js";
import { waitForServer } from "../io/openai.js";
import type { ServerFacts } from "./run-manifest.js";

/** Makes sure that a server is there and offers the model, before anything is paid for. */
export async function checkServer(
  model: Pick<OpenAIModel, "listModels" | "probe" | "url">,
  name: string,
  options: { readonly waitMs: number; readonly allowUnlisted: boolean; readonly signal?: AbortSignal },
): Promise<ServerFacts> {
  await waitForServer(model, options.waitMs, options.signal);
  const offered = await model.listModels(options.signal);
  const isOffered =
    offered === undefined || offered.length === 0 || offered.some((id) => id === name || id === `${name}:latest`);
  if (!isOffered && !options.allowUnlisted)
    throw new EvalError("server", `the server at ${model.url} does not offer a model "${shownName(name)}"`, {
      hint: `it offers ${listed(offered)}; if it takes names that it does not list, say --allow-unlisted-model`,
    });
  return { url: model.url, models: offered ?? null };
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 20).map(shownName).join(", ");
  return ids.length > 20 ? `${shown} and ${ids.length - 20} more` : shown;
}
