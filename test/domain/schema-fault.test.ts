import { describe, expect, it } from "vitest";
import { z } from "zod";
import { firstFault, schemaFault } from "../../src/domain/schema-fault.js";

const schema = z.strictObject({
  id: z.union([z.string(), z.number()]),
  turns: z.array(z.string()).min(1),
  count: z.number().int().min(0).max(9),
  kind: z.enum(["a", "b"]),
  name: z.string().min(1).max(3),
  pair: z.array(z.number()).length(2, "a pair has two numbers"),
  triple: z.array(z.number()).min(3).optional(),
});
const good = { id: 1, turns: ["x"], count: 1, kind: "a", name: "abc", pair: [1, 2] };

describe("schemaFault", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["a missing text", { name: undefined }, "is missing (a text)"],
    ["a number for a text", { name: 7 }, "is not a text"],
    ["a text for a list", { turns: "x" }, "is not a list"],
    ["an empty list", { turns: [] }, "is empty"],
    ["an empty text", { name: "" }, "is empty"],
    ["a long text", { name: "abcd" }, "has more than 3 characters"],
    ["a negative number", { count: -1 }, "is less than 0"],
    ["a large number", { count: 10 }, "is more than 9"],
    ["a broken number", { count: 1.5 }, "is not a whole number"],
    ["another word", { kind: "c" }, "is none of a, b"],
    ["neither of two kinds", { id: [] }, "has none of the forms it may have"],
    ["what the schema words itself", { pair: [1] }, "a pair has two numbers"],
    ["a field too many", { more: 1 }, "has unknown fields: more"],
    ["a short list of three", { triple: [1] }, "has fewer than 3 entries"],
  ])("says of %s what is wrong", (_, change, said) => {
    const result = schema.safeParse({ ...good, ...change });
    expect(schemaFault(result.error?.issues[0])).toBe(said);
  });
});

describe("firstFault", () => {
  const nested = z.object({ rows: z.array(z.object({ id: z.number() })) });

  it.each<[string, unknown, string]>([
    ["a field", { rows: [{ id: 1 }, {}] }, "field rows[1].id: is missing (a number)"],
    ["the whole", [], "the file: is not an object"],
  ])("names %s", (_, value, said) => {
    const { error } = nested.safeParse(value);
    expect(error && firstFault(error, "the file")).toBe(said);
  });
});
