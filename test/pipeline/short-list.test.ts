import { expect, it } from "vitest";
import { withOneMore } from "../../src/pipeline/short-list.js";

it("holds every item in order, however many", () => {
  let list: number[] = [];
  for (let item = 0; item < 100; item++) list = withOneMore(list, item);
  expect(list).toEqual(Array.from({ length: 100 }, (_, item) => item));
});

it("copies a short list, and a long one no more", () => {
  const short = [1];
  expect(withOneMore(short, 2)).not.toBe(short);
  const long = Array.from({ length: 50 }, () => 1);
  expect(withOneMore(long, 2)).toBe(long);
});
