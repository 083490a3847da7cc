import * as Plot from "@observablehq/plot";
import type { ShareEstimate } from "../domain/page/page-mmlu.js";
import { shortened } from "./numbers.js";
import type { Series } from "./series.js";
import { seriesColour, seriesSymbols } from "./series.js";

/** One line of the plot: a task, or the category that the tasks below it belong to. */
export interface ShareLine {
  readonly key: string;
  readonly name: string;
  readonly isGroup: boolean;
  /** one for each series; undefined where the model was not asked */
  readonly estimates: readonly (ShareEstimate | undefined)[];
}

interface Dot {
  readonly key: string;
  readonly isGroup: boolean;
  readonly acc: number;
  readonly low: number;
  readonly high: number;
}

/** Below this width the names stand above their lines. */
const narrow = 620;
const y = "key";
/** of one model's interval, in pixels */
const lineHeight = 8;
/** of a name above its lines */
const nameHeight = 14;

/** How far above the middle of its row a name stands on a narrow screen. */
function nameShift(count: number): number {
  return 6 - (nameHeight + lineHeight * count) / 2;
}

/** Shares of right answers with their intervals, one line a task; several models lie one below the other. */
export function sharePlot(
  lines: readonly ShareLine[],
  series: readonly Pick<Series, "place">[],
  width: number,
): SVGElement | HTMLElement {
  const isNarrow = width < narrow;
  const rowHeight = 15 + lineHeight * series.length + (isNarrow ? nameHeight : 0);
  return Plot.plot({
    className: "plot",
    width,
    height: lines.length * rowHeight + 56,
    // on a narrow screen as wide as half of the scale's words
    marginLeft: isNarrow ? 14 : 220,
    marginRight: isNarrow ? 20 : 64,
    marginTop: 26,
    marginBottom: 30,
    x: {
      domain: [0, 1],
      label: null,
      tickSize: 0,
      ticks: isNarrow ? 5 : 10,
      tickFormat: (value: number) => `${Math.round(value * 100)} %`,
    },
    y: { type: "band", domain: lines.map(({ key }) => key), axis: null, padding: 0 },
    marks: [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: isNarrow ? 5 : 10 }),
      Plot.ruleX([0.25], { stroke: "var(--edge)", strokeDasharray: "4 3" }),
      Plot.text(["guessing among four"], {
        x: 0.25,
        frameAnchor: "top",
        dy: -16,
        fill: "var(--muted)",
        fontSize: 11.5,
      }),
      ...series.flatMap((one, index) => marksOf(lines, { one, index, count: series.length, isNarrow })),
      ...names(lines, { isNarrow, width, count: series.length }),
      ...(series.length === 1 && !isNarrow ? [shares(lines)] : []),
    ],
  });
}

interface Place {
  readonly one: Pick<Series, "place">;
  readonly index: number;
  readonly count: number;
  readonly isNarrow: boolean;
}

function marksOf(lines: readonly ShareLine[], { one, index, count, isNarrow }: Place): Plot.Markish[] {
  const dots = lines.flatMap(({ key, isGroup, estimates }): Dot[] => {
    const { acc = null, interval = null } = estimates[index] ?? {};
    return acc === null ? [] : [{ key, isGroup, acc, low: interval?.[0] ?? acc, high: interval?.[1] ?? acc }];
  });
  const dy = isNarrow ? nameShift(count) + nameHeight - 1 + lineHeight * index : (index - (count - 1) / 2) * lineHeight;
  const colour = seriesColour(one.place);
  return ([true, false] as const).flatMap((isGroup) => {
    const own = dots.filter((dot) => dot.isGroup === isGroup);
    return [
      Plot.link(own, {
        x1: "low",
        x2: "high",
        y1: y,
        y2: y,
        dy,
        stroke: colour,
        strokeWidth: isGroup ? 4 : 1.75,
        strokeOpacity: isGroup ? 0.45 : 1,
      }),
      Plot.dot(own, {
        x: "acc",
        y,
        dy,
        r: isGroup ? 5.5 : 3.75,
        fill: colour,
        symbol: seriesSymbols[one.place] ?? "circle",
      }),
    ];
  });
}

function names(
  lines: readonly ShareLine[],
  { isNarrow, width, count }: { readonly isNarrow: boolean; readonly width: number; readonly count: number },
): Plot.Markish[] {
  return ([true, false] as const).map((isGroup) =>
    Plot.text(
      lines.filter((line) => line.isGroup === isGroup),
      {
        y,
        frameAnchor: "left",
        ...(isNarrow ? { dx: -6, dy: nameShift(count), stroke: "var(--paper)", strokeWidth: 5 } : { dx: -212 }),
        text: ({ name }: ShareLine) => shortened(name, isNarrow ? Math.floor(width / 9) : 31),
        textAnchor: "start",
        fill: "var(--ink)",
        fontWeight: isGroup ? 650 : 400,
        fontSize: 13,
      },
    ),
  );
}

function shares(lines: readonly ShareLine[]): Plot.Markish {
  return Plot.text(lines, {
    y,
    frameAnchor: "right",
    dx: 56,
    textAnchor: "end",
    text: ({ estimates: [first] }: ShareLine) =>
      first === undefined || first.acc === null ? "–" : `${(first.acc * 100).toFixed(1)} %`,
    fill: "var(--ink)",
    fontSize: 12.5,
  });
}
