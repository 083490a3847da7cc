import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

interface VirtualListProps {
  readonly count: number;
  /** pixels that a row is high */
  readonly rowHeight: number;
  readonly label: string;
  /** kept in sight when it changes; null for none */
  readonly current: number | null;
  readonly children: (index: number) => ComponentChildren;
}

/** A list of any length that only draws what can be seen. */
export function VirtualList({ count, rowHeight, label, current, children }: VirtualListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const options = {
    count,
    estimateSize: () => rowHeight,
    getScrollElement: () => scroller.current,
    overscan: 8,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLLIElement>(options));
  virtualizer.setOptions({ ...virtualizer.options, ...options });
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useLayoutEffect(() => {
    if (current !== null) virtualizer.scrollToIndex(current, { align: "auto" });
  }, [virtualizer, current]);
  return (
    <div class="scroller" ref={scroller} tabIndex={0} role="region" aria-label={label}>
      <ol class="virtual" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {virtualizer.getVirtualItems().map(({ index, start, key }) => (
          <li
            key={key}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start}px)`, height: `${rowHeight}px` }}
          >
            {children(index)}
          </li>
        ))}
      </ol>
    </div>
  );
}
