import { createHash } from "node:crypto";
import cacache from "cacache";
import { z } from "zod";
import { splitReasoning } from "../domain/server/reasoning.js";
import type { ChatModel, ChatReply, ChatRequest } from "../domain/server/chat-model.js";

/** What besides the request decides a reply. */
export interface CachedEndpoint {
  /** the URL that is called, without secrets */
  readonly url: string;
  readonly model: string;
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

/** Replies that were paid for once. */
export interface ResponseCache {
  /** The same model, asked only for what is not in the cache; identical requests under way are asked once. Failures are not kept. */
  cached(model: ChatModel, endpoint: CachedEndpoint): ChatModel;
  /** replies taken from the cache, and those that were asked for, since the cache was opened */
  statistics(): { readonly hits: number; readonly misses: number };
}

const replySchema = z.object({
  kind: z.literal("replied"),
  text: z.string(),
  reasoning: z.string().optional(),
  finishReason: z.string().optional(),
  usage: z.object({ promptTokens: z.number(), completionTokens: z.number() }).optional(),
  latencyMs: z.number(),
  attempts: z.number(),
});

type Replied = Extract<ChatReply, { kind: "replied" }>;

/** Opens the cache in a folder. Content is addressed and checked by hash (cacache); a damaged entry counts as absent. */
export function responseCache(folder: string): ResponseCache {
  const underWay = new Map<string, Promise<ChatReply>>();
  let [hits, misses] = [0, 0];

  async function ask(key: string, work: () => Promise<ChatReply>): Promise<ChatReply> {
    const stored = await findReply(folder, key);
    if (stored !== undefined) {
      hits++;
      return stored;
    }
    misses++;
    const reply = await work();
    // a reply that holds only thinking is no answer, and another try may bring one; a cache that cannot be written costs nothing but itself
    if (reply.kind === "replied" && splitReasoning(reply.text).text !== "")
      await cacache.put(folder, key, JSON.stringify(reply)).catch(() => undefined);
    return reply;
  }

  return {
    cached: (model, endpoint) => (request, signal) => {
      const key = replyKey(endpoint, request);
      const earlier = underWay.get(key);
      if (earlier !== undefined) {
        hits++;
        return earlier;
      }
      const asking = ask(key, () => model(request, signal)).finally(() => underWay.delete(key));
      underWay.set(key, asking);
      return asking;
    },
    statistics: () => ({ hits, misses }),
  };
}

/** The same for requests that the cache takes for one. */
export function replyKey(endpoint: CachedEndpoint, request: ChatRequest): string {
  const { messages, temperature, maxTokens, seed = null, repeat = 0 } = request;
  const content = [
    endpoint.url,
    endpoint.model,
    endpoint.extraBody ?? null,
    messages.map(({ role, content }) => [role, content]),
    temperature,
    maxTokens,
    seed,
    repeat,
  ];
  return `branchbench:reply:${createHash("sha256").update(JSON.stringify(content)).digest("hex")}`;
}

/** A reply that the cache in a folder holds; undefined where it holds none, or a damaged one. */
export async function findReply(folder: string, key: string): Promise<Replied | undefined> {
  try {
    const { data } = await cacache.get(folder, key);
    const { reasoning, finishReason, usage, ...rest } = replySchema.parse(JSON.parse(data.toString("utf8")));
    return {
      ...rest,
      ...(reasoning !== undefined && { reasoning }),
      ...(finishReason !== undefined && { finishReason }),
      ...(usage !== undefined && { usage }),
    };
  } catch {
    // absent, damaged, or of another version: it is asked again and written anew
    return undefined;
  }
}

/** What a cache holds. */
export async function cacheInfo(folder: string): Promise<{ readonly entries: number; readonly bytes: number }> {
  const entries = Object.values(await cacache.ls(folder));
  return { entries: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
}

/** Removes replies that were stored before a moment (milliseconds since 1970), and content that nothing points to. */
export async function pruneCache(
  folder: string,
  beforeMs: number,
): Promise<{ readonly removed: number; readonly kept: number }> {
  const entries = Object.values(await cacache.ls(folder));
  const old = entries.filter(({ time }) => time < beforeMs);
  for (const { key } of old) await cacache.rm.entry(folder, key);
  await cacache.verify(folder);
  return { removed: old.length, kept: entries.length - old.length };
}
