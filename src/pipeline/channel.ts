/** Hands items from one stage to the next. */
export interface Channel<Item> {
  /** Resolves once there is room again. After `close` items are dropped: nobody reads them. */
  push(item: Item): Promise<void>;
  close(): void;
  items(): AsyncGenerator<Item>;
}

export function channel<Item>(capacity: number): Channel<Item> {
  const waiting: Item[] = [];
  let closed = false;
  let wake: (() => void)[] = [];
  const change = (): Promise<void> => new Promise((resolve) => wake.push(resolve));
  const signal = (): void => {
    const sleepers = wake;
    wake = [];
    for (const resolve of sleepers) resolve();
  };
  const isFull = (): boolean => waiting.length >= capacity && !closed;
  return {
    async push(item) {
      while (isFull()) await change();
      if (closed) return;
      waiting.push(item);
      signal();
    },
    close() {
      closed = true;
      signal();
    },
    async *items() {
      for (;;) {
        const item = waiting.shift();
        if (item !== undefined) {
          signal();
          yield item;
        } else if (closed) return;
        else await change();
      }
    },
  };
}
