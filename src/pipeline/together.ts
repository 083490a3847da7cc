/**
 * Runs two works at the same time. When one fails, the other is told to stop through the signal that each gets; both have ended when this
 * returns, and what is thrown is the first failure, not what it brought about.
 */
export async function together<First, Second>(
  works: readonly [(signal: AbortSignal) => Promise<First>, (signal: AbortSignal) => Promise<Second>],
  signal: AbortSignal | undefined,
): Promise<[First, Second]> {
  const stop = new AbortController();
  const joint = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  let first: { readonly error: unknown } | undefined;
  const guarded = <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> =>
    work(joint).catch((error: unknown) => {
      first ??= { error };
      stop.abort(error);
      throw error;
    });
  const [one, other] = await Promise.allSettled([guarded(works[0]), guarded(works[1])]);
  if (one.status === "rejected" || other.status === "rejected") throw first?.error;
  return [one.value, other.value];
}
