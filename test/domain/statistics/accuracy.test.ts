import { describe, expect, it } from "vitest";
import type { Tally } from "../../../src/domain/statistics/accuracy.js";
import { plainMean, taskAccuracy, weightedAccuracy } from "../../../src/domain/statistics/accuracy.js";

/*
 * A results file that lm-eval wrote for a 4-bit Qwen3.5-2B (0 shots, Python 3.12): right answers, questions, and the stderr printed.
 */
const published: Readonly<Record<string, readonly (readonly [correct: number, n: number, stderr: number])[]>> = {
  humanities: [
    [34, 126, 0.0397015827323517],
    [48, 165, 0.03546563019624338],
    [57, 204, 0.031493281045079584],
    [53, 237, 0.02712329820522997],
    [19, 121, 0.03321244842547127],
    [22, 108, 0.038935425188248496],
    [50, 163, 0.036230899157241474],
    [86, 346, 0.023267528432100153],
    [246, 895, 0.014931316703220428],
    [78, 311, 0.024619771956697113],
    [89, 324, 0.024836057868294684],
    [389, 1534, 0.011111715336101129],
    [48, 171, 0.03446296217088429],
  ],
  other: [
    [21, 100, 0.040936018074033236],
    [57, 265, 0.02528839450289141],
    [39, 173, 0.03186209851641147],
    [27, 100, 0.04461960433384737],
    [64, 223, 0.030360379710291947],
    [25, 103, 0.04245022486384496],
    [57, 234, 0.02812096650391442],
    [21, 100, 0.040936018074033236],
    [198, 783, 0.015543377313719707],
    [79, 306, 0.025058503316958167],
    [66, 282, 0.025257861359432372],
    [57, 272, 0.024723110407677],
    [38, 166, 0.03270745277352474],
  ],
  social_sciences: [
    [23, 114, 0.03775205013583637],
    [46, 198, 0.030088629490217445],
    [39, 193, 0.028979089794296756],
    [105, 390, 0.022489389793654807],
    [62, 238, 0.028510251512341933],
    [159, 545, 0.019489300968876612],
    [29, 131, 0.03641297081313727],
    [144, 612, 0.017160587235046418],
    [31, 110, 0.043091187099464606],
    [68, 245, 0.028666857790274648],
    [51, 201, 0.030769444967295972],
    [35, 100, 0.04793724854411023],
  ],
  stem: [
    [37, 100, 0.048523658709390974],
    [36, 135, 0.03820169914517904],
    [44, 152, 0.03690677986137281],
    [33, 144, 0.03514697467862389],
    [22, 100, 0.041633319989322654],
    [23, 100, 0.04229525846816507],
    [29, 100, 0.045604802157206865],
    [23, 102, 0.04158307533083289],
    [21, 100, 0.040936018074033236],
    [63, 235, 0.02895734278834235],
    [33, 145, 0.03493950380131187],
    [83, 378, 0.02132001859977032],
    [68, 310, 0.023540799358723274],
    [40, 203, 0.027986724666736233],
    [33, 100, 0.04725815626252609],
    [66, 270, 0.026202766534652113],
    [37, 151, 0.035118075718047294],
    [54, 216, 0.029531221160930918],
    [25, 112, 0.039523019677025095],
  ],
};

function tallies(category: string): Tally[] {
  return (published[category] ?? []).map(([correct, n]) => ({ correct, n }));
}

describe("taskAccuracy", () => {
  it.each(Object.values(published).flat())("%i of %i has lm-eval's standard error to the last digit", (...row) => {
    const [correct, n, stderr] = row;
    expect(taskAccuracy({ correct, n })).toEqual({ acc: correct / n, stderr });
  });

  // instructlab/eval's test data, computed with an older Python, whose sum loses the last digits
  it.each([
    [35, 100, 0.047937248544110196],
    [60, 135, 0.04292596718256981],
  ])("%i of %i", (correct, n, stderr) => {
    expect(Math.abs((taskAccuracy({ correct, n }).stderr ?? 0) / stderr - 1)).toBeLessThan(2e-15);
  });

  it.each([
    [0, 0, { acc: null, stderr: null }],
    [1, 1, { acc: 1, stderr: null }],
    [0, 2, { acc: 0, stderr: 0 }],
    [1, 2, { acc: 0.5, stderr: 0.5 }],
  ])("%i of %i", (correct, n, expected) => {
    expect(taskAccuracy({ correct, n })).toEqual(expected);
  });
});

describe("weightedAccuracy", () => {
  it.each([
    ["stem", 0.24421186171899778, 0.007645976044109587],
    ["humanities", 0.259086078639745, 0.0063855922388743784],
    ["other", 0.24106855487608625, 0.0076797382151621504],
    ["social_sciences", 0.257393565160871, 0.007875082826196693],
  ])("of %s is lm-eval's to the last digit", (category, acc, stderr) => {
    expect(weightedAccuracy(tallies(category))).toEqual({ acc, stderr });
  });

  it("of all 57 subjects is lm-eval's to the last digit", () => {
    const all = Object.keys(published).flatMap(tallies);
    expect(weightedAccuracy(all)).toEqual({ acc: 0.2513886910696482, stderr: 0.0036593699812094748 });
  });

  it("has no standard error where one task has none, and leaves out tasks without a score", () => {
    expect(weightedAccuracy([...tallies("stem"), { n: 1, correct: 1 }])).toMatchObject({ stderr: null });
    expect(weightedAccuracy([...tallies("stem"), { n: 0, correct: 0 }])).toEqual(weightedAccuracy(tallies("stem")));
    expect(weightedAccuracy([])).toEqual({ acc: null, stderr: null });
  });
});

it("plainMean gives each task the same weight", () => {
  expect(plainMean([0.5, 1])).toBe(0.75);
  expect(plainMean([])).toBeNull();
});
