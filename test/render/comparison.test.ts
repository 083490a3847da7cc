import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branchComparisonSchema } from "../../src/domain/comparison/branch-comparison.js";
import { comparisonIlab } from "../../src/render/comparison-ilab.js";
import { comparisonJunit } from "../../src/render/comparison-junit.js";
import { comparisonMarkdown } from "../../src/render/comparison-markdown.js";
import { comparisonText } from "../../src/render/comparison-text.js";
import { branchComparison, comparedQuestions, scored, usualFiles } from "../support/comparison.js";

const hostile = [
  "```\n</details>\n# Heading\n@everyone [x](http://evil.example) <img src=x onerror=alert(1)>",
  "~~~\n````\n`````",
  "` `` ``` | pipe | <!-- -->",
  "\u202Eabc\u0007\u001b[31m",
  "</details></summary>",
];

/** Markdown outside of fenced blocks and code spans: what GitHub would read as markup. */
function outsideOfCode(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    // an info string holds no backtick: a line that begins with a code span opens no block
    const run = /^(`{3,})[^`]*$/.exec(line)?.[1];
    if (fence !== undefined) {
      if (run !== undefined && line === run && run.length >= fence.length) fence = undefined;
      continue;
    }
    if (run !== undefined) fence = run;
    else lines.push(line.replaceAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "CODE"));
  }
  expect(fence).toBeUndefined();
  return lines.join("\n");
}

describe("the Markdown comment", () => {
  it.each(hostile)("lets nothing out of %j", (text) => {
    const outside = outsideOfCode(comparisonMarkdown(branchComparison(undefined, text)));
    expect(outside).not.toMatch(/@everyone|evil\.example|onerror|# Heading|<!--|\u202E/);
    expect(outside.match(/<details>/g)).toHaveLength(3);
    expect(outside.match(/<\/details>/g)).toHaveLength(3);
  });

  it("lets nothing out of any text", () => {
    const letters = fc.constantFrom("`", "~", "<", ">", "|", "\n", "@", "[", "]", "a", "\\", "\r", " ", "#");
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 60 }), (noise) => {
        const outside = outsideOfCode(comparisonMarkdown(branchComparison(undefined, `${noise}EVIL${noise}`)));
        expect(outside).not.toContain("EVIL");
      }),
      { numRuns: 300 },
    );
  });

  it("stays below GitHub's limit, whatever the answers' length and the number of files", () => {
    expect(comparisonMarkdown(branchComparison(undefined, "long ".repeat(40_000))).length).toBeLessThan(65_536);
    const many = comparedQuestions(
      Array.from(
        { length: 900 },
        (_, index) => [`skills/${"x".repeat(60)}${index}/qna.yaml`, "unchanged", 7, 7] as const,
      ),
    );
    const cut = comparisonMarkdown(branchComparison(many));
    expect(cut.length).toBeLessThan(65_536);
    expect(cut).toMatch(/_\d+ more files were cut/);
    expect(cut).toContain("manifest sha256");
    expect(outsideOfCode(cut).match(/<details>/g)).toHaveLength(1);
  });

  it("begins with the verdict and shows first what needs a look", () => {
    const text = comparisonMarkdown(branchComparison());
    expect(text).toContain("**Of 1 changed file, 1 learned. 1 of 7 unchanged files got worse.**");
    expect(text.indexOf("skills/worse")).toBeLessThan(text.indexOf("skills/new"));
    expect(text).toContain("mind this");
  });
});

describe("what was not measured", () => {
  const questions = comparedQuestions(usualFiles).map((entry, index) =>
    index < 30
      ? { ...entry, tuned: { kind: "unscored" as const, reason: "timeout" } }
      : { ...entry, base: { ...scored(7), answerSpread: 0.5, judgeSpread: null, answers: 2, judgments: 2 } },
  );
  const result = branchComparison(questions, "evil\u001b\n`@here`");

  it.each([
    ["text", comparisonText(result)],
    ["Markdown", comparisonMarkdown(result)],
  ])("is listed and counted in the %s form, with its share beside each file, the noise and the margin", (_, form) => {
    expect(form).toContain("30 questions");
    expect(form).toMatch(/skills\/new\/qna\.yaml.*tuned: timeout/);
    expect(form).toContain("… and 10 more; --format json lists all");
    expect(form.match(/5 \(100 %\)/g)!.length).toBeGreaterThanOrEqual(6);
    expect(form).toMatch(/oise: .* repeats of the answer 0\.50, .* one answer unknown without --judge-repeats/);
    expect(form).toMatch(
      /argin: 25 \(71 %\) of the unchanged questions are left out, too many to rule out that they lost 0\.5 points or more/,
    );
    expect(form).not.toMatch(/\u001b/);
    expect(outsideOfCode(form)).not.toMatch(/[^`]@here/);
  });

  it("is listed with its text in the JSON form", () => {
    expect(result.leftOut).toHaveLength(30);
    expect(branchComparisonSchema.parse(result).leftOut[0]).toMatchObject({ base: null, tuned: "timeout" });
  });

  it("says so where nothing unchanged was measured", () => {
    const changed = comparisonText(branchComparison(comparedQuestions([["n", "changed", 2, 8]])));
    expect(changed).toContain("margin: no unchanged question was measured");
    expect(comparisonText(branchComparison(comparedQuestions([["n", "unchanged", 2, 2]])))).toContain("is ruled out");
  });
});

it("a caveat that holds a hostile name stays a sentence", () => {
  const result = {
    ...branchComparison(),
    caveats: ["<img src=x> @everyone [x](http://evil.example) of www.evil.example"],
  };
  const outside = outsideOfCode(comparisonMarkdown(result));
  expect(outside).not.toMatch(/[^\\]<img|@everyone|[^\\]\[x|http:\/\/|www\./);
});

it("the JSON form fits its schema", () => {
  const result = branchComparison();
  expect(branchComparisonSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(JSON.parse(JSON.stringify(result)));
});

it("the ilab form is upstream's, to the character", () => {
  const result = branchComparison();
  const cells = [
    {
      ...result.cells[0]!,
      files: [
        { qnaFile: "a", mean: 4, n: 3 },
        { qnaFile: "b", mean: 17 / 3, n: 3 },
        { qnaFile: "c", mean: 9 + 1 / 3, n: 3 },
      ],
      errorRate: 0.2,
    },
    result.cells[1]!,
    result.cells[2]!,
    {
      ...result.cells[3]!,
      files: [
        { qnaFile: "a", mean: 20 / 3, n: 3 },
        { qnaFile: "b", mean: 4, n: 3 },
        { qnaFile: "c", mean: 9 + 1 / 3, n: 3 },
        { qnaFile: "d", mean: 6.5, n: 2 },
      ],
      errorRate: 0.04,
    },
  ];
  expect(comparisonIlab({ ...result, models: { ...result.models, tuned: "text" }, cells })).toBe(
    [
      "# SKILL EVALUATION REPORT",
      "",
      "## BASE MODEL (SCORE)",
      "base (5.78/10.0)",
      "",
      "## MODEL (SCORE)",
      "text (6.0/10.0)",
      "",
      "### IMPROVEMENTS (0.0 to 10.0):",
      "1. a: 4.0 -> 6.67 (+2.67)",
      "",
      "### REGRESSIONS (0.0 to 10.0):",
      "1. b: 5.67 -> 4.0 (-1.67)",
      "",
      "### NO CHANGE (0.0 to 10.0):",
      "1. c (9.33)",
      "",
      "### NEW (0.0 to 10.0):",
      "1. d (6.5)",
      "",
      "### ERROR RATE:",
      "0.12",
      "",
    ].join("\n"),
  );
});

it("the ilab form passes no control characters on", () => {
  const result = branchComparison(undefined, "\u001b[31m\n# SKILL");
  const files = [{ qnaFile: "a\n\u001b[2J### NEW", mean: 4, n: 1 }];
  const form = comparisonIlab({ ...result, cells: result.cells.map((cell) => ({ ...cell, files })) });
  expect(form).not.toMatch(/\u001b|\n# SKILL$|^### NEW$/m);
});

it("JUnit counts a regression as a failure and escapes what it is given", () => {
  const questions = comparedQuestions([...usualFiles, ['<&"\u0007', "unchanged", 7, 7]]);
  const xml = comparisonJunit(branchComparison(questions));
  expect(xml).toContain('tests="9" failures="1" errors="0"');
  expect(xml).toContain('name="&lt;&amp;&quot; "');
});

it("the terminal form passes no control characters on", () => {
  expect(comparisonText(branchComparison(undefined, "\u001b[31m\u202E"))).not.toMatch(/[\u001b\u202E]/);
});
