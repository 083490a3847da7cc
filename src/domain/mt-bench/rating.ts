import { plainText, statements, withoutFencedCode, withoutMentions } from "./judge-text.js";
import { findFastChatNumber } from "./rating-fastchat.js";

/** The closed range in which a judge was asked to rate. */
export interface RatingScale {
  readonly min: number;
  readonly max: number;
}

/** MT-Bench's scale. */
export const mtBenchScale: RatingScale = { min: 1, max: 10 };

/** Why a judge's text has no score. */
export const unscoredReasons = ["missing", "empty", "ambiguous", "out-of-range"] as const;
export type UnscoredReason = (typeof unscoredReasons)[number];

/** What a judge's text says: a score on the scale, or the reason why it has none. */
export type Rating =
  | { readonly kind: "scored"; readonly score: number }
  | { readonly kind: "unscored"; readonly reason: UnscoredReason };

/** `strict` is branchbench's reading; `fastchat` reproduces instructlab/eval and FastChat. */
export type RatingParser = "strict" | "fastchat";

/** One rating found in a text. `outOf` is the denominator written beside it; an `unclear` one is a range. */
interface Reading {
  readonly value: number;
  readonly outOf: number | undefined;
  readonly unclear: boolean;
}

/** Reads `text` with the parser that was asked for. */
export function readRating(parser: RatingParser, text: string, scale: RatingScale): Rating {
  return parser === "fastchat" ? parseRatingFastChat(text) : parseRating(text, scale);
}

/**
 * Reads as instructlab/eval and FastChat do: the first `[[n]]` anywhere, else the first `[n]`, whatever its size.
 * Where upstream crashes (`[[08]]`, full-width digits) or gets a number that is not finite, the rating is `missing`.
 */
export function parseRatingFastChat(text: string): Rating {
  const value = findFastChatNumber(text);
  return value === undefined ? unscored("missing") : { kind: "scored", score: value };
}

/**
 * Reads a judge's reply strictly: what it declares in the form that judge prompts ask for (`[[8]]`) counts. Only where
 * there is none do weaker forms count, in this order: a label with brackets (`[[Rating]]: 8`, `Rating: [8]`), a line of
 * its own that opens or closes the reply (`Rating: 8/10`), and a reply that is nothing but `[8]`.
 *
 * The last rating of the strongest form wins, but ratings of that form that differ are `ambiguous`, and one outside the
 * scale, or on another one (`[[60/100]]`), is `out-of-range`. Thinking, array indices, links and quoted rules
 * (`The format "Rating: [[5]]" asks ...`) are not ratings.
 */
export function parseRating(text: string, scale: RatingScale): Rating {
  if (/^[\s\u0085\u200B-\u200D\u2060]*$/.test(text)) return unscored("empty");
  const verdicts = statements(text).map((statement) => settle(findReadings(statement), scale));
  return (
    verdicts.findLast((verdict) => verdict.kind === "scored" || verdict.reason !== "missing") ?? unscored("missing")
  );
}

/** The readings of the strongest form that the text has. */
function findReadings(text: string): Reading[] {
  const plain = withoutMentions(plainText(text)).trim();
  const prose = withoutFencedCode(plain);
  for (const find of [findDeclared, findLabelled, findOnOwnLine, findAlone]) {
    const readings = find(prose);
    if (readings.length > 0) return readings;
  }
  return findDeclared(plain, "labelled");
}

function unscored(reason: UnscoredReason): Rating {
  return { kind: "unscored", reason };
}

/** The last rating of the declared scale wins, if no other contradicts it. */
function settle(readings: readonly Reading[], scale: RatingScale): Rating {
  const clear = readings.filter((reading) => !reading.unclear);
  const onScale = clear.filter((reading) => reading.outOf === undefined || reading.outOf === scale.max);
  const last = onScale.at(-1);
  if (last === undefined) return unscored(reasonWithoutRating(readings, clear));
  if (onScale.some((reading) => reading.value !== last.value)) return unscored("ambiguous");
  const inRange = last.value >= scale.min && last.value <= scale.max;
  return inRange ? { kind: "scored", score: last.value } : unscored("out-of-range");
}

function reasonWithoutRating(readings: readonly Reading[], clear: readonly Reading[]): UnscoredReason {
  if (clear.length > 0) return "out-of-range";
  return readings.length > 0 ? "ambiguous" : "missing";
}

/** Words that name a number. */
const ratingNouns = [
  "rating|score|grade|verdict",
  "评分|評分|得分|分数|分數|打分|评级|評級|評価|評点|点数|得点|採点|スコア|レーティング",
  "점수|평점|별점|등급|스코어",
  "bewertung|gesamtbewertung|punktzahl|gesamtnote|puntuación|puntuacion|puntaje|calificación|calificacion|valoración",
  "valoracion|pontuação|pontuacao|avaliação|avaliacao|punteggio|valutazione|оценка|балл|рейтинг|التقييم|الدرجة",
  "रेटिंग|स्कोर|điểm|puan|ocena|nilai|skor",
].join("|");
/** Words that also introduce a remark (`Note: [1]`): they name a number where they fill a line or stand in brackets. */
const markNouns = "note|nota|notation|voto|wertung";
/** Words that also introduce an evaluation or an output: they name a number in brackets (Prometheus: `[RESULT] 4`). */
const evaluationNouns = "evaluation|assessment|result|평가|评价|評價|évaluation|evaluación";
const labelModifiers = [
  "final|overall|total|general|my|the|finale|endgültige|итоговая|общая",
  "最终|最終|总体|總體|综合|綜合|整体|総合|总|總|최종|종합|전체|총",
].join("|");
const labelEndings = "final|finale|globale|générale|general|global|geral|complessivo|total|totale";

function labelOf(nouns: string): string {
  return `(?:(?:${labelModifiers}) ?){0,3}(?:${nouns})(?: (?:${labelEndings}))?`;
}

const plainLabel = labelOf(ratingNouns);
const lineLabel = labelOf(`${ratingNouns}|${markNouns}`);
const anyLabel = labelOf(`${ratingNouns}|${markNouns}|${evaluationNouns}`);
const separator = "(?:[:=]|->|→|[-–—](?= )|is|は|은|는|为|是)";

const number = String.raw`[-−+]?\d+(?:\.\d*)?`;
const range = String.raw`(?<range> ?(?:-|–|—|~|〜|to|or|,) ?${number})?`;
const unit = "(?: ?(?:점|分|点|點|points?|pts|stars?))?";
const outOf = String.raw` ?(?:/|out of|of|von|sur|sobre|su|из|de) ?`;
const value = String.raw`(?<value>${number})${range}(?:${outOf}(?<inner>\d+)|(?<percent> ?%))?${unit}`;
const denominator = String.raw`(?:${outOf}\[{0,2}(?<outer>\d+)\]{0,2})?`;

const labelBefore = String.raw`(?:(?<![A-Za-z_])(?<before>${anyLabel}) ?\]{0,2} ?${separator}? ?)?`;
const labelWithin = String.raw`(?:(?<within>${anyLabel}) ?\]? ?${separator}? ?)?`;
const declared = new RegExp(
  String.raw`${labelBefore}\[\[ ?${labelWithin}\[? ?${value} ?\]? ?\]\]${denominator}`,
  "giu",
);

/** `[[8]]`, also with a label, blanks, a denominator or one more bracket within. */
function findDeclared(text: string, which: "all" | "labelled" = "all"): Reading[] {
  const matches = [...text.matchAll(declared)].filter((match) => !isCode(text, match));
  return matches.filter((match) => which === "all" || hasLabel(match)).map((match) => toReading(match));
}

function hasLabel(match: RegExpExecArray): boolean {
  return match.groups?.["before"] !== undefined || match.groups?.["within"] !== undefined;
}

const indexOrLink = /^(?:\[|\((?:https?|www|[#/.]))/i;

/** `matrix[[1]]`, `grid = [[1]]`, `solve([[1]])`, `[[1]][0]` and the link `[[1]](https://...)` rate nothing. */
function isCode(text: string, match: RegExpExecArray): boolean {
  const before = hasLabel(match) ? "" : text.slice(Math.max(0, match.index - 3), match.index);
  return /(?:[A-Za-z0-9)\]]|= ?|[\w)]\()$/.test(before) || indexOrLink.test(textAfter(text, match));
}

const labelled = new RegExp(
  String.raw`(?<![A-Za-z_])(?:(?<open>\[{1,2}) ?${anyLabel}|${plainLabel}) ?(?<close>\]{1,2})?` +
    String.raw` ?(?<colon>${separator})? ?(?<line>\n)?` +
    String.raw`(?<valueOpen>\[{1,2})? ?${value} ?(?<valueClose>\]{1,2})?${denominator}`,
  "giu",
);

/** A label and a value, at least one of them in brackets: `[[Rating]]: 8`, `Rating: [8]`, `[Rating: 8]`, `[RESULT] 8`. */
function findLabelled(text: string): Reading[] {
  return [...text.matchAll(labelled)].filter((match) => isLabelled(text, match)).map((match) => toReading(match));
}

function isLabelled(text: string, match: RegExpExecArray): boolean {
  const { open, close, colon, line, valueOpen, valueClose } = match.groups ?? {};
  const after = textAfter(text, match);
  if (valueClose !== undefined) {
    // A list (`[[5], [1]]`) is no rating, `the rating [3]` is a citation, and `score = [0]` is code.
    const separated = open !== undefined || (colon !== undefined && colon !== "=");
    return (open ?? valueOpen) !== undefined && separated && !/^ ?,? ?\[/.test(after) && !indexOrLink.test(after);
  }
  if (open === undefined || close === undefined || valueOpen !== undefined) return false;
  // `[[rating]]` is often a heading, with prose or a numbered list below it.
  const sameLine = colon !== undefined && line === undefined;
  return sameLine ? /^(?:$|[\s.,;!?()"'”’」。，、])/.test(after) : /^[.!"'”’」。]{0,2}(?:\n|$)/.test(after);
}

const opening = String.raw`^[ #>_"'“”‘’「」•|\p{So}\uFE0F-]{0,6}`;
const closing = String.raw`(?: ?\([^()\n]{1,60}\))?[ _"'“”‘’「」.。!|\p{So}\uFE0F]{0,6}$`;
const ownLine = new RegExp(
  String.raw`${opening}${lineLabel}(?: ?\([^()\n]{1,30}\))? ?(?:${separator}|[|_])? ?_?${value}${denominator}${closing}`,
  "iu",
);

/** A line that is nothing but a label and a value, first or last in the reply; the value may stand on the next line. */
function findOnOwnLine(text: string): Reading[] {
  const lines = text.split("\n");
  const ends = [lines.slice(0, 1), lines.slice(0, 2), lines.slice(-1), lines.slice(-2)];
  return ends.flatMap((end) => readWhole(end.join(" "), ownLine));
}

const alone = new RegExp(String.raw`${opening}\[ ?${value} ?\]${denominator}${closing}`, "iu");

/** A reply that is nothing but `[8]`. */
function findAlone(text: string): Reading[] {
  return readWhole(text, alone);
}

function readWhole(text: string, pattern: RegExp): Reading[] {
  const match = pattern.exec(text);
  return match === null ? [] : [toReading(match)];
}

/** The few characters that follow a match. */
function textAfter(text: string, match: RegExpExecArray): string {
  const end = match.index + match[0].length;
  return text.slice(end, end + 6);
}

function toReading(match: RegExpExecArray): Reading {
  const groups = match.groups ?? {};
  const written = groups["inner"] ?? groups["outer"] ?? (groups["percent"] === undefined ? undefined : "100");
  return {
    value: Number((groups["value"] ?? "").replace("−", "-")),
    outOf: written === undefined ? undefined : Number(written),
    unclear: groups["range"] !== undefined,
  };
}
