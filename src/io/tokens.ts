const pieceLength = 4_000;

/**
 * Estimates tokens with OpenAI's o200k vocabulary; other models' tokenisers differ by some ten per cent. Loaded only when asked for: the
 * vocabulary takes 200 ms. Texts are counted in pieces, since counting a long run of one letter is quadratic.
 */
export async function tokenCounter(): Promise<(text: string) => number> {
  const { countTokens } = await import("gpt-tokenizer");
  return (text) => {
    let tokens = 0;
    for (let start = 0; start < text.length; start += pieceLength)
      tokens += countTokens(text.slice(start, start + pieceLength), { disallowedSpecial: new Set() });
    return tokens;
  };
}
