/**
 * Writes what the documentation shares with the code: the command reference in README.md and the JSON schemas in docs/schema.
 * `npm run docs`; a test compares the result with what is committed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { columnReference, commandReference, insertReference, schemas } from "./support/generated-docs.js";

const root = new URL("../", import.meta.url);

const readme = await readFile(new URL("README.md", root), "utf8");
await writeFile(new URL("README.md", root), insertReference(readme, commandReference()));
await writeFile(new URL("docs/columns.md", root), columnReference());
for (const [name, schema] of Object.entries(schemas())) await writeFile(new URL(`docs/schema/${name}`, root), schema);
