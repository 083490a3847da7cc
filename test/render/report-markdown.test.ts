import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { reportMarkdown } from "../../src/render/report-markdown.js";
import { reportOf, scoredModel } from "../support/scored-model.js";

const scores = [8, 6, 9, 9, 7, undefined];

describe("reportMarkdown", () => {
  it("shows models with interval and n, categories, what was left out, and caveats", () => {
    const shown = reportMarkdown(
      reportOf(
        scoredModel({ model: "a", judge: "j" }, scores),
        scoredModel({ model: "b", judge: "j" }, [5, 5, 5, 5, 5, 5]),
      ),
    );
    expect(shown).toMatch(/^\| `a` +\| `j` +\| 7\.80 \[4\.65, 10\.00\] +\| 5 +\|/m);
    expect(shown).toMatch(/1 of 6 \|$/m);
    expect(shown).toMatch(/^\| `math` \| 7\.00 n=2 \|/m);
    expect(shown).toContain("- 1 of 6 judgments have no score; the means leave them out");
    expect(shown).toContain("- judgments: 5 of 6 have a score, 1 ambiguous");
  });

  it("leaves out brackets that would hold nothing where no reply was judged", () => {
    const model = scoredModel({ model: "a", judge: "j" }, scores);
    expect(reportMarkdown(reportOf(model))).toContain("- judge prompts: `the prompts` (`single`)\n");
    expect(reportMarkdown(reportOf({ ...model, judgments: [] }))).toContain("- judge prompts: `the prompts`\n");
  });

  const names = [
    "a|b",
    "`x` | y",
    "</summary><img src=x onerror=alert(1)>",
    "[a](http://b)",
    "@team",
    "a\n\n# b",
    "||||",
  ];
  it.each(names)("lets the name %j be nothing but a name", (name) => {
    const page = new MarkdownIt({ html: true, linkify: true });
    const harmless = page.parse(reportMarkdown(reportOf(scoredModel({ model: "m", judge: "j" }, scores))), {});
    const named = page.parse(reportMarkdown(reportOf(scoredModel({ model: name, judge: `${name}2` }, scores))), {});
    const shape = (tokens: typeof named): string[] =>
      tokens.flatMap((token) => [token.type, ...(token.children ?? []).map((child) => child.type)]);
    expect(shape(named)).toEqual(shape(harmless));
  });
});
