import { EvalError } from "../domain/eval-error.js";
import type { Document } from "../io/document-file.js";
import { writeDocument } from "../io/document-file.js";
import type { Host } from "./host.js";

/** Hands a document over: into the file of `--output`, which the note on stderr names, else to stdout. */
export async function deliver(
  document: Document,
  { file, name }: { readonly file: string | undefined; readonly name: string },
  host: Host,
): Promise<void> {
  if (file !== undefined) {
    await writeDocument(file, document);
    host.stderr.write(`${name}: ${file}\n`);
  } else if (typeof document === "string") host.stdout.write(document);
  else for await (const piece of document) host.stdout.write(textOf(piece));
}

/** The command line asks for --output before anything is read; this guards those who call the action otherwise. */
function textOf(piece: string | Uint8Array): string {
  if (typeof piece === "string") return piece;
  throw new EvalError("input", "this format is not text", { hint: "give a file with --output" });
}
