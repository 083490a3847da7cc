import { describe, expect, it } from "vitest";
import { spreadOverFiles } from "../../../src/domain/comparison/spread-over-files.js";

const items = (names: string): { qnaFile: string; place: number }[] =>
  [...names].map((qnaFile, place) => ({ qnaFile, place }));

describe("spreadOverFiles", () => {
  it.each([
    ["aaaaabbc", 5, [0, 1, 5, 6, 7]],
    ["aaaaaa", 5, [0, 1, 2, 3, 4]],
    ["abcdef", 3, [0, 1, 2]],
    ["aabb", 1, [0]],
    ["ab", 5, [0, 1]],
    ["", 5, []],
  ])("takes of %s at most %d: %j", (names, count, places) => {
    expect(spreadOverFiles(items(names), count).map(({ place }) => place)).toEqual(places);
  });
});
