/**
 * A stub in a process of its own. Arguments: the latency of a reply in milliseconds; `logprobs` for a text completion with
 * log-probabilities instead of a chat. Tells its parent the port, and ends with its parent.
 */
import { startStub } from "./stub.js";

const { port } = await startStub(process.argv[3] === "logprobs" ? "logprobs" : "chat", Number(process.argv[2] ?? 0));
process.send?.({ port });
process.once("disconnect", () => process.exit(0));
