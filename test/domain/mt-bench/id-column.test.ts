import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idColumn } from "../../../src/domain/mt-bench/id-column.js";

describe("a column of ids", () => {
  it("gives every id back as it was put in, numbers and texts mixed", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(), fc.string({ minLength: 1 }), fc.constant("81"))), (ids) => {
        const column = idColumn();
        for (const id of ids) column.push(id);
        expect([...column]).toEqual(ids);
        expect(column).toHaveLength(ids.length);
        for (const position of [0, 1, -1, -2, ids.length]) expect(column.at(position)).toBe(ids.at(position));
      }),
    );
  });
});
