import type { Series } from "./series.js";
import { seriesColour } from "./series.js";

const shapes = [
  "M6 1.5 A4.5 4.5 0 1 1 5.99 1.5 Z",
  "M1.8 1.8 H10.2 V10.2 H1.8 Z",
  "M6 1 L11.5 10.5 L0.5 10.5 Z",
  "M6 0.5 L11 6 L6 11.5 L1 6 Z",
  "M6 0.3 L7.5 4.2 L11.7 4.4 L8.4 7 L9.5 11.1 L6 8.8 L2.5 11.1 L3.6 7 L0.3 4.4 L4.5 4.2 Z",
  "M4.5 11 V7 L1 5 L2.5 2.4 L6 4.4 L9.5 2.4 L11 5 L7.5 7 V11 Z",
];

/** The shape and colour of a model in the charts. */
export function SeriesMark({ series }: { readonly series: Pick<Series, "place"> }) {
  return (
    <svg class="mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d={shapes[series.place]} fill={seriesColour(series.place)} />
    </svg>
  );
}
