import { startEmbeddedServer } from "../../embedded/server.js";
import { readPairs } from "../../io/pair-file.js";
import { demoQuestionsPath, embeddedNames, splitPairs } from "../../pipeline/demo.js";
import type { ServeEmbeddedOptions } from "../commands/serve-embedded.js";
import type { Host } from "../host.js";

/** Serves until it is interrupted. */
export async function serveEmbeddedAction(options: ServeEmbeddedOptions, host: Host): Promise<number> {
  const pairs = await readPairs(options.pairs ?? demoQuestionsPath);
  await using server = await startEmbeddedServer({
    port: options.port,
    models: {
      [embeddedNames.base]: { kind: "candidate", pairs: splitPairs(pairs).base },
      [embeddedNames.tuned]: { kind: "candidate", pairs },
      [embeddedNames.judge]: { kind: "judge" },
    },
  });
  host.stdout.write(
    `serving ${Object.values(embeddedNames).join(", ")} at ${server.url} (for trying the tool, not for measuring models)\n`,
  );
  await new Promise<void>((resolve) => {
    host.onInterrupt(resolve);
  });
  return 0;
}
