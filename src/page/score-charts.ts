import * as Plot from "@observablehq/plot";
import type { PageRun } from "../domain/page/page-data.js";
import { decimal, shortened } from "./numbers.js";
import type { Series } from "./series.js";
import { seriesColour, seriesSymbols } from "./series.js";

type Drawing = SVGElement | HTMLElement;

interface CategoryScore {
  readonly category: string;
  readonly series: Series;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

function categoryScores(shown: readonly Series[]): CategoryScore[] {
  return shown.flatMap((series) =>
    series.report.categories.flatMap(({ category, score: { mean, interval } }) =>
      mean === null
        ? []
        : [
            {
              category,
              series,
              mean,
              low: interval === null ? null : Math.max(1, interval[0]),
              high: interval === null ? null : Math.min(10, interval[1]),
            },
          ],
    ),
  );
}

export function categoriesOf(shown: readonly Series[]): string[] {
  return [...new Set(shown.flatMap(({ report }) => report.categories.map(({ category }) => category)))];
}

/** Means of the categories as bars from 1, with their intervals. */
export function categoryBars(shown: readonly Series[], width: number): Drawing {
  const scores = categoryScores(shown);
  const categories = categoriesOf(shown);
  const rowHeight = Math.max(30, 12 * shown.length + 12);
  const name = ({ series }: CategoryScore): string => series.key;
  const fy = "category";
  return Plot.plot({
    className: "plot",
    width,
    height: categories.length * rowHeight + 56,
    marginBottom: 40,
    marginLeft: 100,
    marginRight: 44,
    marginTop: 4,
    x: { domain: [1, 10], ticks: 9, tickSize: 0, label: "mean score", labelAnchor: "center", labelArrow: "none" },
    y: { axis: null, domain: shown.map(({ key }) => key), padding: 0.15 },
    fy: { domain: categories, label: null, axis: "left", padding: 0.18, tickSize: 0 },
    marks: [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: 9 }),
      Plot.barX(scores, {
        fy,
        y: name,
        x1: 1,
        x2: "mean",
        fill: (score: CategoryScore) => seriesColour(score.series.place),
        fillOpacity: 0.82,
      }),
      Plot.ruleY(
        scores.filter(({ low }) => low !== null),
        { fy, y: name, x1: "low", x2: "high", stroke: "var(--ink)", strokeWidth: 1.25 },
      ),
      Plot.tickX(
        scores.filter(({ low }) => low !== null),
        { fy, y: name, x: "low", stroke: "var(--ink)", inset: 3 },
      ),
      Plot.tickX(
        scores.filter(({ low }) => low !== null),
        { fy, y: name, x: "high", stroke: "var(--ink)", inset: 3 },
      ),
      Plot.text(scores, {
        fy,
        y: name,
        frameAnchor: "right",
        dx: 38,
        textAnchor: "end",
        text: (score: CategoryScore) => decimal(score.mean),
        fill: "var(--ink)",
        fontSize: 11.5,
        fontVariant: "tabular-nums",
      }),
      Plot.ruleX([1], { stroke: "var(--ink)" }),
    ],
  });
}

/** Degrees of latitude for a score: 1 lies in the middle, 10 at the rim. */
function latitude(score: number): number {
  return 90 - ((score - 1) / 9) * 0.5;
}

/** The shape of each model over the categories, after Plot's example of a radar chart by azimuthal projection. */
export function categoryRadar(shown: readonly Series[], width: number): Drawing {
  const categories = categoriesOf(shown);
  const longitude = (index: number): number => 180 - (index / categories.length) * 360;
  const points = categoryScores(shown).map((score) => ({
    ...score,
    longitude: longitude(categories.indexOf(score.category)),
  }));
  const size = Math.min(width, 460);
  const rings = [4, 7, 10];
  return Plot.plot({
    className: "plot",
    width: size,
    height: size * 0.86,
    margin: 4,
    projection: {
      type: "azimuthal-equidistant",
      rotate: [0, -90],
      domain: circle(0.74),
    },
    marks: [
      ...rings.map((ring) =>
        Plot.geo(circle(90 - latitude(ring)), {
          stroke: "var(--line)",
          fill: "none",
          strokeWidth: ring === 10 ? 1.5 : 1,
        }),
      ),
      Plot.link(categories, {
        x1: (_: string, index: number) => longitude(index),
        y1: latitude(10),
        x2: 0,
        y2: 90,
        stroke: "var(--line)",
      }),
      Plot.text(rings, {
        x: 180,
        y: latitude,
        dx: 4,
        dy: 8,
        text: String,
        textAnchor: "start",
        fill: "var(--muted)",
        fontSize: 11,
      }),
      Plot.text(categories, {
        x: (_: string, index: number) => longitude(index),
        y: 90 - 0.6,
        text: (category: string) => shortened(category, 14),
        fill: "var(--ink)",
        fontSize: 12.5,
        lineWidth: 7,
      }),
      ...shown.flatMap((series) => {
        const own = points.filter((point) => point.series === series);
        const x = "longitude";
        const y = ({ mean }: CategoryScore): number => latitude(mean);
        const colour = seriesColour(series.place);
        return [
          Plot.area(own, { x1: x, y1: y, x2: 0, y2: 90, fill: colour, fillOpacity: 0.1, curve: "linear-closed" }),
          Plot.line(own, { x, y, stroke: colour, strokeWidth: 2, curve: "linear-closed" }),
          Plot.dot(own, { x, y, fill: colour, r: 4, symbol: seriesSymbols[series.place] ?? "circle" }),
        ];
      }),
    ],
  });
}

function circle(radius: number): { readonly type: "Polygon"; readonly coordinates: number[][][] } {
  const ring = Array.from({ length: 73 }, (_, index) => [180 - index * 5, 90 - radius]);
  return { type: "Polygon", coordinates: [ring] };
}

interface ScoreCount {
  readonly turn: string;
  readonly score: number;
  readonly share: number;
}

/** How often each score was given, as shares of all scores of the run; one panel a turn. */
export function scoreHistogram(run: PageRun, colour: string, width: number): Drawing {
  const turns = run.histogram.filter((bins) => bins.some((bin) => bin > 0));
  const counts = turns.flatMap((bins, index): ScoreCount[] => {
    const total = bins.reduce((sum, bin) => sum + bin, 0);
    return bins.map((bin, score) => ({ turn: `turn ${index + 1}`, score: score + 1, share: bin / total }));
  });
  const isFaceted = turns.length > 1;
  const fx = isFaceted ? { fx: "turn" } : {};
  return Plot.plot({
    className: "plot",
    width,
    height: 150,
    marginLeft: 46,
    marginBottom: 34,
    marginRight: 4,
    x: {
      domain: Array.from({ length: 10 }, (_, index) => index + 1),
      label: "score",
      labelAnchor: "center",
      tickSize: 0,
      padding: 0.12,
      labelArrow: "none",
    },
    y: { label: null, percent: true, ticks: 4, tickSize: 0, tickFormat: (value: number) => `${value} %` },
    ...(isFaceted && { fx: { label: null, padding: 0.08 } }),
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 4 }),
      Plot.barY(counts, { ...fx, x: "score", y: "share", fill: colour }),
      Plot.ruleY([0], { stroke: "var(--ink)" }),
    ],
  });
}

/** Scores of the first turn against those of the second, a dot for each pair that occurs, the larger the more questions. */
export function turnsAgainst(run: PageRun, colour: string, width: number): Drawing {
  const [first = [], second = []] = run.turns;
  const counts = new Map<string, { readonly first: number; readonly second: number; n: number }>();
  for (const [row, value] of first.entries()) {
    const against = second[row];
    if (value === null || typeof against !== "number") continue;
    const pair = { first: Math.round(value), second: Math.round(against) };
    const key = `${pair.first} ${pair.second}`;
    const cell = counts.get(key) ?? { ...pair, n: 0 };
    cell.n++;
    counts.set(key, cell);
  }
  const size = Math.min(width, 300);
  return Plot.plot({
    className: "plot",
    width: size,
    height: size,
    marginLeft: 40,
    marginBottom: 38,
    marginTop: 8,
    marginRight: 8,
    x: { domain: [0.3, 10.7], ticks: 10, tickSize: 0, label: "turn 1", labelAnchor: "center", labelArrow: "none" },
    y: { domain: [0.3, 10.7], ticks: 10, tickSize: 0, label: "turn 2", labelAnchor: "center", labelArrow: "none" },
    r: { range: [0, Math.min(size / 24, 14)] },
    marks: [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: 10 }),
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 10 }),
      Plot.link([0], { x1: 1, y1: 1, x2: 10, y2: 10, stroke: "var(--muted)", strokeDasharray: "3 3" }),
      Plot.dot(counts.values(), { x: "first", y: "second", r: "n", fill: colour, fillOpacity: 0.75, stroke: colour }),
    ],
  });
}
