import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { columnReference, commandReference, insertReference, schemas } from "../../scripts/support/generated-docs.js";

const root = new URL("../../", import.meta.url);

describe("what the documentation shares with the code (npm run docs)", () => {
  it("README.md shows the help of every command as it is", async () => {
    const readme = await readFile(new URL("README.md", root), "utf8");
    expect(insertReference(readme, commandReference())).toBe(readme);
  });

  it("docs/columns.md has the columns in the code", async () => {
    expect(await readFile(new URL("docs/columns.md", root), "utf8")).toBe(columnReference());
  });

  it.each(Object.entries(schemas()))("docs/schema/%s is the schema in the code", async (name, schema) => {
    expect(await readFile(new URL(`docs/schema/${name}`, root), "utf8")).toBe(schema);
  });
});
