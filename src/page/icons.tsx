/** Small marks beside a question; each comes with words. */
export function Tag({ kind, children }: { readonly kind: "warn" | "quiet"; readonly children: string }) {
  return <span class={`tag ${kind}`}>{children}</span>;
}

/** A score on a ground that is fuller the higher it is. */
export function Score({ value, side }: { readonly value: number | null; readonly side?: "left" | "right" }) {
  if (value === null)
    return (
      <span class="score none" title="no score">
        –
      </span>
    );
  return <span class={`score ${side ?? ""}`}>{Number.isInteger(value) ? value : value.toFixed(1)}</span>;
}

/** Whether a choice was right, by sign and word. */
export function RightMark({ isRight, side }: { readonly isRight: boolean | null; readonly side: "left" | "right" }) {
  const word = isRight === null ? "no outcome" : isRight ? "right" : "wrong";
  return (
    <span class={`score ${isRight === null ? "none" : side} ${word}`} title={word}>
      <span aria-hidden="true">{isRight === null ? "–" : isRight ? "✓" : "✗"}</span>
      <span class="sr-only">{word}</span>
    </span>
  );
}
