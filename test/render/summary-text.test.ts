import { expect, it } from "vitest";
import { progressLabel } from "../../src/render/summary-text.js";

it.each([
  [{ stage: "gen-answers", model: "m" }, "gen-answers m"],
  [{ stage: "gen-answers", model: "m", cell: { candidate: "m", branch: "rc" } }, "gen-answers m on rc"],
  [{ stage: "judge-answers", model: "j", cell: { candidate: "m", branch: "rc" } }, "judge-answers j of m on rc"],
  [
    { stage: "judge-answers", model: "j\u001b", cell: { candidate: "m", branch: "a\nb" } },
    "judge-answers j  of m on a b",
  ],
])("progressLabel tells stages of a comparison apart: %j", (now, label) => {
  expect(progressLabel(now)).toBe(label);
});
