import { useMemo, useState } from "preact/hooks";
import { mostSeries } from "./series.js";

/** Which models a page's charts show, and how one is put in or out. At most `mostSeries` are shown, and `atFirst` to begin with. */
export function useShownSeries<One extends { readonly key: string }>(
  series: readonly One[],
  atFirst = mostSeries,
): { readonly shown: readonly One[]; readonly toggle: (key: string) => void } {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(series.slice(atFirst).map(({ key }) => key)));
  const shown = useMemo(() => series.filter(({ key }) => !hidden.has(key)).slice(0, mostSeries), [series, hidden]);
  const toggle = (key: string): void =>
    setHidden((before) =>
      before.has(key) ? new Set([...before].filter((other) => other !== key)) : new Set([...before, key]),
    );
  return { shown, toggle };
}
