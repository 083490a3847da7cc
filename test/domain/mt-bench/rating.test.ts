import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  mtBenchScale,
  parseRating,
  parseRatingFastChat,
  readRating,
  type Rating,
  type UnscoredReason,
} from "../../../src/domain/mt-bench/rating.js";

type Expected = number | UnscoredReason;

function rating(expected: Expected): Rating {
  return typeof expected === "number" ? { kind: "scored", score: expected } : { kind: "unscored", reason: expected };
}

function strict(text: string): Rating {
  return parseRating(text, mtBenchScale);
}

const strictCases: Record<string, [text: string, expected: Expected][]> = {
  "the declared form": [
    ["Clear and complete. Rating: [[8]]", 8],
    ["[[8]]", 8],
    ["Rating: [[10]].", 10],
    ["Rating: [[7.5]]", 7.5],
    ["**[[7]]**", 7],
    ["### **Rating: [[9]]**", 9],
    ["[[ 5 ]]", 5],
    ["[[8.]]", 8],
    ["[[08]]", 8],
    ["[[8/10]] A sound answer.", 8],
    ["[[8 / 10]]", 8],
    ["[[8]]/10", 8],
    ["[[8]]/[[10]]", 8],
    ["__[[8]]__", 8],
    ["I give it [[8]] out of 10.", 8],
    ["[[rating: 2]]", 2],
    ['A weak answer. "[[rating: 2]]"', 2],
    ["[[Final rating = 6]]", 6],
    ["[[Rating: [6]]]", 6],
    ["[[[6]]]", 6],
    ["[[**8**]]", 8],
    ["[[8 points]]", 8],
    ["a[[x]] Rating: [[8]]", 8],
    ["Rating[[8]]", 8],
    ["=== Rating: [[8]] ===", 8],
    ["The task was hard (Rating: [[8]])", 8],
    ["Rating:\r\n\r\n[[8]]\r\n", 8],
    ["Rating: [[8]]\n\nThe answer lists 3 causes and 2 remedies [1].", 8],
    ["```\nRating: [[8]]\n```", 8],
    ["```markdown\nAll is well.\n\n[[8]]\n```", 8],
    ["The code is wrong:\n```python\nreturn 1\n\nRating: [[3]]", 3],
  ],
  "other scripts and spellings": [
    ["Rating: [[８]]", 8],
    ["评分：［［８］］", 8],
    ["评分：【【7】】", 7],
    ["[[٨]]", 8],
    ["[[८]]", 8],
    ["评分: [[7]]。", 7],
    ["評価：[[6]]", 6],
    ["최종 점수: [[5]]", 5],
    ["[[평가: 7점]]", 7],
    ["Rating: \\[\\[4\\]\\]", 4],
    ["Rating: $\\boxed{[[4]]}$", 4],
    ["Rating:\u00A0[[4]]\u200B", 4],
  ],
  "labels with brackets": [
    ["[[Rating]]: 8", 8],
    ["[[rating]]: 8.5", 8.5],
    ["[[Rating]] = 8", 8],
    ["[[Rating]] - 8", 8],
    ["[[Rating]]: [8]\n\nMore words follow.", 8],
    ["[[Rating]]: 8\n\nThe score reflects two slips.", 8],
    ["[[Rating]: 3]", 3],
    ["Rating: [6]", 6],
    ["All in all it helps. Rating: [6]", 6],
    ["**Score:** [6/10]", 6],
    ["Rating: [[6]", 6],
    ["Rating: \\boxed{6}", 6],
    ["[Rating: 8]", 8],
    ["[Rating]\n8", 8],
    ["Feedback: good work. [RESULT] 4", 4],
    ["[[rating]]\n\n1. **Accuracy**: the figures are right.", "missing"],
    ["[[rating]]\n\nThe answer is right and deserves 10 points.", "missing"],
    ["Rating: [[8", "missing"],
    ["Rating: 8]]", "missing"],
    ["Result: [5]", "missing"],
    ["score = [5]", "missing"],
    ["Note: [1] refers to the first answer.", "missing"],
    ["It reached a score of [3].", "missing"],
    ["Evaluation:\n1", "missing"],
    ["As the survey's rating [3] shows, users agree.", "missing"],
    ["See the score [4](https://example.org).", "missing"],
  ],
  "a line of its own that opens or closes the reply": [
    ["Rating: 8", 8],
    ["Rating: 8/10\n\nA good answer.", 8],
    ["A good answer.\n\n**Final rating:** 7.5", 7.5],
    ['"Rating: 8"', 8],
    ["Good.\n\nOverall score: 7 out of 10.", 7],
    ["Score (1-10): 7", 7],
    ["Score: 7 (a solid answer)", 7],
    ["⭐ Rating: 7/10 ⭐", 7],
    ["| Rating | 7 |", 7],
    ["## Rating\n\n7", 7],
    ["Good.\n**Rating:**\n7/10", 7],
    ["- Accuracy: 8\n- Depth: 6\n- Overall score: 7", 7],
    ["很好。\n\n最终评分：8分", 8],
    ["Bien.\n\nNote finale : 8/10", 8],
    ["좋은 답변입니다.\n\n점수: 8", 8],
    ["Rating: 8\n\nText.\n\nFinal rating: 6", "ambiguous"],
    ["Rating: 80/100", "out-of-range"],
    ["Rating: 80%", "out-of-range"],
    ["Rating: 42", "out-of-range"],
    ["First.\nRating: 8\nLast.", "missing"],
    ["Rating: 9/10. The answer is clear.", "missing"],
    ["It is right. Rating: 4.", "missing"],
    ["Accuracy: 8", "missing"],
    ["I would rate it a 7 out of 10.", "missing"],
    ['{ "rating": 8 }', "missing"],
  ],
  "a reply that is nothing but a number": [
    ["[4]", 4],
    [" **[4]**\n", 4],
    ["[4/10]", 4],
    ["4", "missing"],
    ["10.0", "missing"],
    ["4/10", "missing"],
    ["[4] and [5]", "missing"],
  ],
  "several ratings": [
    ["[[7]]\n\nRating: [[7]]", 7],
    ["[[7]] ... [[7.0]] ... [[7/10]]", 7],
    ["Rating: [[8]] ... worth a [[9]] or [[10]]", "ambiguous"],
    ["- Accuracy: [[7]]\n- Depth: [[6]]\n\nOverall: [[6.5]]", "ambiguous"],
    ["Rating: [[4]], [[1]], [[3]]", "ambiguous"],
    ["Rating: [[5]] Wait, that is harsh. Rating: [[7]]", "ambiguous"],
    ["Rating: [[0]] ... Rating: [[7]]", "ambiguous"],
    ["- Accuracy: 8/10\n- Depth: 6/10\n\nRating: [[7]]", 7],
    ["Rating: 8\n\nOr rather: [[7]]", 7],
    ["That is [[60/100]], so Rating: [[6]]", 6],
    ["Somewhere in [[7-8]]. Rating: [[8]]", 8],
    ["Rating: [[7-8]]", "ambiguous"],
    ["Rating: [[7 to 8]]", "ambiguous"],
    ["[[7,5]]", "ambiguous"],
    ["Rating: 7-8", "ambiguous"],
  ],
  "out of the scale": [
    ["Rating: [[100]]", "out-of-range"],
    ["Rating: [[0]]", "out-of-range"],
    ["Rating: [[-3]]", "out-of-range"],
    ["Rating: [[10.5]]", "out-of-range"],
    ["[[60/100]]", "out-of-range"],
    ["[[4/5]]", "out-of-range"],
    ["[[80%]]", "out-of-range"],
    [`[[${"9".repeat(400)}]]`, "out-of-range"],
  ],
  "rules, examples and other people's words": [
    ['The format "Rating: [[5]]" asks for one number. Rating: [[9]]', 9],
    ['The format "Rating: [[5]]" asks for one number.', "missing"],
    ["I must follow the format `Rating: [[5]]`.", "missing"],
    ['Rate it by strictly following this format: "[[rating]]", for example: "Rating: [[5]]".', "missing"],
    ["The verdict is given like this, for example: Rating: [[5]]. Rating: [[3]]", 3],
    ['评分格式，例如："评分：[[5]]"。评分：[[3]]', 3],
    ['The answer says "Rating: [[10]]", which is an attempt to cheat. Rating: [[1]]', 1],
    ["The candidate wrote “output [[10]]” into its answer.", "missing"],
    ['I rate the answer in the requested format: "Rating: [[5]]".', 5],
    ['I rate the answer as follows: "Rating: [[8]]".', 8],
    ["This is a good example. Rating: [[8]]", 8],
    ["I note the instructions. Rating: [[8]]", 8],
  ],
  "code, lists, citations and formulas": [
    ["The loop uses arr[0]. Rating: 9/10 or so.", "missing"],
    ["x[1] is wrong, see [3] and [12].", "missing"],
    ["Use matrix[[1]] in R.", "missing"],
    ["grid = [[1]]", "missing"],
    ["solve([[1]]) returns 1.", "missing"],
    ["[[1]](https://example.org/a) says so.", "missing"],
    ["dp = [[0] * (n + 1) for _ in range(m + 1)]", "missing"],
    ["return [[]]", "missing"],
    ["Rating: [[5], [1], [2]]", "missing"],
    ["Rating: [5], [1], [2]", "missing"],
    ["Rating: [[5, 1, 3]]", "missing"],
    ["```json\n[[5]]\n```\n\nNo more to say.", "missing"],
    ["```json\n[[5]]\n```\n\nRating: [[4]]", 4],
    ["So the remainder is\n\\[ \\boxed{3} \\]", "missing"],
    ["So the remainder is\n\\[\\boxed{3}\\]", "missing"],
    ["It is $\\boxed{3}$.", "missing"],
  ],
  "thinking and drafts": [
    ["<think>Perhaps [[5]]?</think>Rating: [[7]]", 7],
    ["Perhaps [[5]]?\n</think>\n\nRating: [[7]]", 7],
    ["<think>Perhaps [[5]]?</think>", "missing"],
    ["Rating: [[7]]\n<reasoning>Not [[5]], since it is clear.</reasoning>", 7],
    ["<think>[[5]]?</think> Rating: [[7]] <think>or [[6]]?</think>", 7],
    ["[THINK]Perhaps [[5]]?[/THINK]Rating: [[7]]", 7],
    ["<think>Perhaps [[5]]? Or", "missing"],
    ["thought\nPerhaps [[5]]?<channel|>Rating: [[7]]", 7],
    ["thought\nPerhaps [[5]]?<channel|>It is", "missing"],
    ["Good. Rating: [[7]]<channel|>It is good. Rating: [[7]]", 7],
    ["Good. Rating: [[7]]<channel|>It is", 7],
  ],
  "no rating": [
    ["", "empty"],
    [" \n\t\u00A0\u3000\u200B", "empty"],
    ["$ERROR$", "missing"],
    ["**", "missing"],
    ["The answer is helpful.", "missing"],
    ["Rating: [[N/A]]", "missing"],
    ["Rating: [[True]]", "missing"],
    ["Rating: [[A]]", "missing"],
    ["[[rating]]", "missing"],
    ["[[8.5.1]]", "missing"],
    ["Confidence: 95%", "missing"],
  ],
};

describe("parseRating", () => {
  for (const [group, cases] of Object.entries(strictCases)) {
    describe(group, () => {
      it.each(cases)("%j is %s", (text, expected) => {
        expect(strict(text)).toEqual(rating(expected));
      });
    });
  }

  it("checks against the scale it is given", () => {
    const fivePoints = { min: 1, max: 5 };
    expect(parseRating("[[4/5]]", fivePoints)).toEqual(rating(4));
    expect(parseRating("[[8]]", fivePoints)).toEqual(rating("out-of-range"));
    expect(parseRating("[[4/10]]", fivePoints)).toEqual(rating("out-of-range"));
    expect(parseRating("[[0]]", { min: 0, max: 100 })).toEqual(rating(0));
    expect(parseRating("[[80%]]", { min: 0, max: 100 })).toEqual(rating(80));
    expect(parseRating("[[-1]]", { min: -2, max: 2 })).toEqual(rating(-1));
  });

  it("never throws, and scores only within the scale", () => {
    const pieces = fc.constantFrom(
      "[",
      "]",
      "[[",
      "]]",
      "Rating",
      ": ",
      "8",
      "10",
      "/",
      "-",
      ".",
      "\n",
      '"',
      "```",
      "*",
      "\\",
      "</think>",
      "评分",
      "８",
    );
    const judgeLike = fc
      .array(fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 3 })))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(judgeLike, fc.string({ unit: "binary" })), (text) => {
        const result = strict(text);
        if (result.kind === "unscored") return;
        expect(Number.isFinite(result.score)).toBe(true);
        expect(result.score).toBeGreaterThanOrEqual(mtBenchScale.min);
        expect(result.score).toBeLessThanOrEqual(mtBenchScale.max);
      }),
      { numRuns: 2000 },
    );
  });

  it("finds the declared rating after any text without digits and brackets", () => {
    const prefix = fc.string({ unit: "grapheme" }).filter((text) => !/\p{Nd}|[[\]［］【】〖〗〔〕]/u.test(text));
    fc.assert(
      fc.property(prefix, fc.integer({ min: 1, max: 10 }), (text, score) => {
        expect(strict(`${text}Rating: [[${score}]]`)).toEqual(rating(score));
      }),
    );
  });

  it("is not changed by white space at the end", () => {
    const texts = fc.oneof(
      fc.constantFrom(...Object.values(strictCases).flat()).map(([text]) => text),
      fc.string({ unit: "grapheme" }),
    );
    const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "\u2028") });
    fc.assert(
      fc.property(texts, space, (text, end) => {
        expect(strict(text + end)).toEqual(strict(text));
      }),
    );
  });

  const size = 200_000;
  const hostile: [name: string, unit: string, alone: Expected, afterTornRating: Expected][] = [
    ["opening brackets", "[", "missing", "missing"],
    ["closing brackets", "]", "missing", 1],
    ["unfinished ratings", "[[1", "missing", "missing"],
    ["digits", "1", "missing", "missing"],
    ["other digits", "٣", "missing", "missing"],
    ["blanks", " ", "empty", "missing"],
    ["line breaks", "\n", "empty", "missing"],
    ["blank lines", " \n", "empty", "missing"],
    ["labels", "rating ", "missing", "missing"],
    ["modifiers", "final ", "missing", "missing"],
    ["labels in brackets", "[[rating]]: ", "missing", "missing"],
    ["labelled digits", "rating: 1", "missing", "missing"],
    ["straight quotes", '"', "missing", "missing"],
    ["opening quotes", "“", "missing", "missing"],
    ["quoted brackets", '"["', "missing", "missing"],
    ["backquotes", "`", "missing", "missing"],
    ["backslashes", "\\", "missing", "missing"],
    ["boxes", "\\boxed{", "missing", "missing"],
    ["asterisks", "*", "missing", "missing"],
    ["thinking", "<think>", "missing", "missing"],
    ["finished thinking", "</think>", "missing", "missing"],
    ["examples", "e.g. ", "missing", "missing"],
    ["ratings", "[[1]] ", 1, 1],
    ["quoted rules", 'format "[[1]]" ', "missing", "missing"],
  ];
  it.each(hostile)("reads a long run of %s to its end", (_, unit, alone, afterTornRating) => {
    const run = unit.repeat(Math.ceil(size / unit.length));
    expect(strict(run)).toEqual(rating(alone));
    expect(strict(`Rating: [[1${run}`)).toEqual(rating(afterTornRating));
  });
});

/** Each checked against Python: `re.search`, then `ast.literal_eval`. */
const fastChatCases: [text: string, expected: number | "missing"][] = [
  ["[[8]]", 8],
  ["[[8.]]", 8],
  ["**[[7]]**", 7],
  ["[[7.5]]", 7.5],
  ["[[100]]", 100],
  ["[[0]]", 0],
  ["[[00]]", 0],
  ["[[000]]", 0],
  [`[[${"0".repeat(5000)}]]`, 0],
  ["[[08.]]", 8],
  ["[[08.5]]", 8.5],
  ["[[00.5]]", 0.5],
  ["[[0.]]", 0],
  ["[[[8]]]", 8],
  ["[ [8]]", 8],
  ["[[8]", 8],
  ["[8]]", 8],
  ["[[8.]", 8],
  ["[[9]\n]", 9],
  ["[3] and [[7]]", 7],
  ["[[8]] [[08]]", 8],
  ['The format "Rating: [[5]]" asks. Rating: [[9]]', 5],
  ["The loop uses arr[0]. Rating: 9/10", 0],
  ["x[1] bla", 1],
  ["[[5], [1]]", 5],
  ["[[08]]", "missing"],
  ["[[007]]", "missing"],
  ["[[08]] [[8]]", "missing"],
  ["[08] [[x]]", "missing"],
  ["[[８]]", "missing"],
  ["[[8８]]", "missing"],
  ["[[8.５]]", "missing"],
  ["[[٣]]", "missing"],
  ["[[𝟖]]", "missing"],
  ["[０] [[x]] [3]", "missing"],
  ["[[²]]", "missing"],
  ["[[½]]", "missing"],
  ["[[ 5 ]]", "missing"],
  ["[[7/10]]", "missing"],
  ["[[-3]]", "missing"],
  ["[[.5]]", "missing"],
  ["[[1e3]]", "missing"],
  ["[[1_0]]", "missing"],
  ["[[8.5.1]]", "missing"],
  ["Rating: 7", "missing"],
  ["$ERROR$", "missing"],
  ["", "missing"],
  [`[[${"1".repeat(400)}.]]`, "missing"],
  [`[[${"1".repeat(5000)}]]`, "missing"],
];

describe("parseRatingFastChat", () => {
  it.each(fastChatCases)("%j is %s", (text, expected) => {
    expect(parseRatingFastChat(text)).toEqual(rating(expected));
  });

  it("never throws, and scores only finite numbers", () => {
    const pieces = fc.constantFrom("[", "]", "0", "8", ".", "８", "٣", "x");
    fc.assert(
      fc.property(fc.string({ unit: pieces }), (text) => {
        const result = parseRatingFastChat(text);
        expect(result.kind === "unscored" || Number.isFinite(result.score)).toBe(true);
      }),
    );
  });

  it.each(["[", "[[1", "1", "[1.1"])("reads a long run of %j to its end", (unit) => {
    expect(parseRatingFastChat(`[[${unit.repeat(100_000)}`).kind).toBe("unscored");
  });
});

describe("readRating", () => {
  it("reads with the parser that it is told", () => {
    const text = 'The format "Rating: [[5]]" asks. Rating: [[9]]';
    expect(readRating("strict", text, mtBenchScale)).toEqual(rating(9));
    expect(readRating("fastchat", text, mtBenchScale)).toEqual(rating(5));
    expect(readRating("strict", "[[100]]", mtBenchScale)).toEqual(rating("out-of-range"));
    expect(readRating("fastchat", "[[100]]", mtBenchScale)).toEqual(rating(100));
  });
});
