import { expect, it } from "vitest";
import { formatBytes } from "../../src/domain/byte-size.js";

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_000, "1.0 kB"],
  [49_900, "49.9 kB"],
  [2_500_000, "2.5 MB"],
  [3e9, "3.0 GB"],
  [5e13, "50000.0 GB"],
])("formatBytes(%d) is %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
