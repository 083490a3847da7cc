import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface ChartProps {
  /** what the chart shows, for those who cannot see it */
  readonly label: string;
  /** draws it for a width in pixels */
  readonly draw: (width: number) => SVGElement | HTMLElement;
}

/** A chart as wide as its place, drawn anew when that changes. Colours are variables of the style sheet, so that a theme needs no new drawing. */
export function Chart({ label, draw }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null || width === 0) return;
    const chart = draw(width);
    // The page's policy allows its own style sheet alone, which holds these rules, too.
    for (const style of chart.querySelectorAll("style")) style.remove();
    chart.removeAttribute("style");
    // Plot names its groups for readers of the source; what the chart says stands in the label of the whole.
    for (const part of chart.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    element.replaceChildren(chart);
  }, [draw, width]);
  return <div class="chart" role="img" aria-label={label} ref={place} />;
}

function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return width;
}
