/** Somebody else's text as one safe line for a terminal or a message: no control characters, no text-direction tricks. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ");
}
