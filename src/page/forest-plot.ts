import * as Plot from "@observablehq/plot";
import type { FileComparison } from "../domain/comparison/file-comparison.js";
import type { Verdict } from "../domain/statistics/verdict.js";
import { verdicts } from "../domain/statistics/verdict.js";
import { verdictWords } from "../domain/comparison/verdict-words.js";
import { shortFile, shortened, signed } from "./numbers.js";
import type { ScaleTicks } from "./scale-ticks.js";
import { scaleTicks } from "./scale-ticks.js";

/** One line of the plot: a file, or what a group of files comes to. */
export interface ForestLine {
  readonly key: string;
  readonly name: string;
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
  readonly detectable: number | null;
  readonly n: number;
  /** null for a group */
  readonly verdict: Verdict | null;
  /** digits behind the point; two unless it says otherwise */
  readonly digits?: number;
}

const rowHeight = 26;
/** Below this width the names stand above their lines. */
const narrow = 620;

/** Differences with their intervals, one line a file; the light band is what could not have been called a difference. */
export function forestPlot(lines: readonly ForestLine[], width: number): SVGElement | HTMLElement {
  const isNarrow = width < narrow;
  const domain = reach(lines);
  const ticks = scaleTicks(domain, isNarrow ? 6 : 10);
  const place: Place = { isNarrow, domain, ticks, nameCharacters: isNarrow ? Math.floor(width / 12) : 32 };
  return Plot.plot({
    className: "plot",
    width,
    height: lines.length * (isNarrow ? rowHeight * 1.75 : rowHeight) + 52,
    // on a narrow screen as wide as half of the scale's words
    marginLeft: isNarrow ? 16 : 250,
    marginRight: isNarrow ? 18 : 200,
    marginTop: 24,
    marginBottom: 28,
    x: {
      domain: place.domain,
      label: null,
      tickSize: 0,
      ticks: [...ticks.values],
      tickFormat: (value: number) => signed(value, ticks.digits),
    },
    y: { domain: lines.map(({ key }) => key), axis: null, padding: 0.2 },
    symbol: { legend: false },
    marks: [...grounds(lines, place), ...intervals(lines, place), ...texts(lines, place)],
  });
}

interface Place {
  readonly isNarrow: boolean;
  /** ends of the scale, in points */
  readonly domain: readonly [number, number];
  readonly ticks: ScaleTicks;
  readonly nameCharacters: number;
}

const y = "key";
/** Keeps what lies behind a name out of its letters. */
const halo = { stroke: "var(--paper)", strokeWidth: 5 } as const;

function grounds(lines: readonly ForestLine[], { isNarrow, domain: [low, high], ticks }: Place): Plot.Markish[] {
  const sign = { fill: "var(--muted)", dy: -18, fontSize: 12 } as const;
  return [
    Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: [...ticks.values] }),
    Plot.barX(
      lines.filter(({ detectable }) => detectable !== null),
      {
        x1: (line: ForestLine) => Math.max(low, -(line.detectable ?? 0)),
        x2: (line: ForestLine) => Math.min(high, line.detectable ?? 0),
        y,
        fill: "var(--band)",
        insetTop: isNarrow ? 18 : 1,
        insetBottom: isNarrow ? -2 : 1,
      },
    ),
    Plot.ruleX([0], { stroke: "var(--ink)", strokeWidth: 1 }),
    Plot.text(["← worse"], { ...sign, frameAnchor: "top-left", textAnchor: "start" }),
    Plot.text(["better →"], { ...sign, frameAnchor: "top-right", textAnchor: "end" }),
  ];
}

function intervals(lines: readonly ForestLine[], { isNarrow }: Place): Plot.Markish[] {
  const dy = isNarrow ? 10 : 0;
  const measured = lines.filter(({ difference }) => difference !== null);
  const summaries = measured.filter(({ verdict }) => verdict === null);
  const ends = {
    x1: (line: ForestLine) => line.interval?.[0] ?? line.difference ?? 0,
    x2: (line: ForestLine) => line.interval?.[1] ?? line.difference ?? 0,
    y1: y,
    y2: y,
    dy,
  };
  return [
    Plot.link(
      measured.filter(({ verdict }) => verdict !== null),
      { ...ends, stroke: (line: ForestLine) => colour(line.verdict), strokeWidth: 2 },
    ),
    Plot.link(summaries, { ...ends, stroke: "var(--ink)", strokeWidth: 5, strokeOpacity: 0.35 }),
    Plot.dot(summaries, { x: "difference", y, dy, symbol: "diamond", r: 7, fill: "var(--ink)" }),
    ...verdictDots(measured, dy),
  ];
}

function texts(lines: readonly ForestLine[], { isNarrow, nameCharacters }: Place): Plot.Markish[] {
  const name = (line: ForestLine): string =>
    shortened(line.verdict === null ? line.name : shortFile(line.name), nameCharacters);
  const names = ([600, 400] as const).map((fontWeight) =>
    Plot.text(
      lines.filter(({ verdict }) => (verdict === null) === (fontWeight === 600)),
      {
        y,
        frameAnchor: "left",
        ...(isNarrow ? { ...halo, dy: -10 } : { dx: -242 }),
        text: name,
        textAnchor: "start",
        fill: "var(--ink)",
        fontWeight,
        fontSize: 13,
      },
    ),
  );
  const right = { y, frameAnchor: "right", fill: "var(--ink)", fontSize: 12.5 } as const;
  return [
    ...names,
    isNarrow
      ? Plot.text(lines, { ...right, ...halo, dy: -10, text: shortNumbers, textAnchor: "end" })
      : Plot.text(lines, { ...right, dx: 12, text: numbers, textAnchor: "start" }),
  ];
}

function verdictDots(lines: readonly ForestLine[], dy: number): Plot.Markish[] {
  return verdicts.map((verdict) =>
    Plot.dot(
      lines.filter((line) => line.verdict === verdict),
      {
        x: "difference",
        y,
        dy,
        symbol: symbols[verdict],
        rotate: verdict === "regressed" ? 180 : 0,
        r: 5.5,
        fill: verdict === "too-few-questions" ? "var(--paper)" : colour(verdict),
        stroke: colour(verdict),
        strokeWidth: verdict === "not-measured" || verdict === "too-few-questions" ? 2 : 1,
      },
    ),
  );
}

const symbols: Readonly<Record<Verdict, "triangle" | "circle" | "diamond" | "times">> = {
  learned: "triangle",
  regressed: "triangle",
  "no-difference": "circle",
  "already-solved": "diamond",
  "too-few-questions": "circle",
  "not-measured": "times",
};

function colour(verdict: Verdict | null): string {
  return verdict === null ? "var(--ink)" : `var(--verdict-${verdict})`;
}

function numbers({ difference, interval, verdict, digits }: ForestLine): string {
  if (difference === null) return verdict === null ? "nothing to compare" : verdictWords[verdict];
  const range = interval === null ? "no interval" : `${signed(interval[0], digits)} to ${signed(interval[1], digits)}`;
  return `${signed(difference, digits)}  (${range})`;
}

function shortNumbers({ difference, n, digits }: ForestLine): string {
  return difference === null ? "–" : `${signed(difference, digits)}, n ${n}`;
}

/** As much of the scale as is needed, the same on both sides of 0 up to a point. */
function reach(lines: readonly ForestLine[]): readonly [number, number] {
  const ends = lines.flatMap(({ difference, interval, detectable }) => [
    ...(interval ?? []),
    difference ?? 0,
    ...(detectable === null ? [] : [Math.min(3, detectable), -Math.min(3, detectable)]),
  ]);
  return [Math.floor(Math.min(-1, ...ends)), Math.ceil(Math.max(1, ...ends))];
}

export function forestLine(file: FileComparison): ForestLine {
  const { qnaFile: name, group, difference, interval, detectable, n, verdict } = file;
  return { key: `${group} ${name}`, name, difference, interval, detectable, n, verdict };
}
