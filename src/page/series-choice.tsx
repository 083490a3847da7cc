import type { Series } from "./series.js";
import { mostSeries } from "./series.js";
import { SeriesMark } from "./series-mark.js";

type NamedSeries = Pick<Series, "key" | "name" | "place">;

interface SeriesChoiceProps {
  readonly series: readonly NamedSeries[];
  readonly shown: readonly NamedSeries[];
  readonly onToggle: (key: string) => void;
}

/** Which models are in the charts. */
export function SeriesChoice({ series, shown, onToggle }: SeriesChoiceProps) {
  return (
    <fieldset class="series-choice">
      <legend>In the charts{series.length > mostSeries && ` (at most ${mostSeries})`}</legend>
      {series.map((one) => {
        const isShown = shown.includes(one);
        return (
          <label key={one.key}>
            <input
              type="checkbox"
              checked={isShown}
              disabled={!isShown && shown.length === mostSeries}
              onChange={() => onToggle(one.key)}
            />
            <SeriesMark series={one} />
            {one.name}
          </label>
        );
      })}
    </fieldset>
  );
}
