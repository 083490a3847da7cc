import { describe, expect, it } from "vitest";
import { nearestNames } from "../../../src/domain/nearest-names.js";
import { compareCodePoints, isMisnamed, qnaKind, taxonomiesWithin } from "../../../src/domain/taxonomy/taxonomy-file.js";

describe("qnaKind", () => {
  it.each([
    ["compositional_skills/a/qna.yaml", "skill"],
    ["foundational_skills/qna.yaml", "skill"],
    ["other/.hidden/qna.yaml", "skill"],
    ["knowledge/a/qna.yaml", "knowledge"],
    ["qna.yaml", undefined],
    [".github/qna.yaml", undefined],
    ["docs/qna.yaml", undefined],
    ["scripts/a/qna.yaml", undefined],
    ["a/docs/qna.yaml", "skill"],
    ["a/qna.yml", undefined],
    ["a/Qna.yaml", undefined],
    ["a/my-qna.yaml", undefined],
  ])("%s is %s", (path, kind) => {
    expect(qnaKind(path)).toBe(kind);
  });

  it("knows names that are meant but not read", () => {
    expect(["a/qna.yml", "a/QNA.yaml", "qna.yaml"].map(isMisnamed)).toEqual([true, true, true]);
    expect(["a/qna.yaml", "docs/qna.yml", "a/template_qna.yaml"].map(isMisnamed)).toEqual([false, false, false]);
  });
});

describe("taxonomiesWithin", () => {
  it.each([
    [
      ["main/knowledge/a/qna.yaml", "rc/compositional_skills/b/qna.yaml", "rc/knowledge/c/qna.yaml"],
      ["main", "rc"],
    ],
    [["knowledge/a/qna.yaml", "main/knowledge/a/qna.yaml"], []],
    [["skills/a/qna.yaml"], []],
    [[], []],
  ])("of %j are %j", (paths, expected) => {
    expect(taxonomiesWithin(paths)).toEqual(expected);
  });
});

it("compareCodePoints orders characters beyond U+FFFF after all others", () => {
  expect(["\u{1F600}", "\uFF5E", "b", "a"].sort(compareCodePoints)).toEqual(["a", "b", "\uFF5E", "\u{1F600}"]);
});

it("nearestNames finds typing errors, and leaves out what is far", () => {
  expect(nearestNames("mian", ["release", "main", "origin/main"])).toEqual(["main", "origin/main"]);
  expect(nearestNames("zzzzzzzzzz", ["main"])).toEqual([]);
});
