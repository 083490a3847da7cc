/**
 * How many alternatives a server says it tells at most, read from its refusal: vLLM ("greater than max allowed: 20"), OpenAI ("must be
 * less than or equal to 5", "between 0 and 20"), Ollama. It is the largest number in the text below what was asked for.
 */
export function allowedAlternatives(refusal: string, asked: number): number | undefined {
  const numbers = [...refusal.matchAll(/(?<![\w.])\d+(?![\w]|\.\d)/g)].map(([digits]) => Number(digits));
  const allowed = numbers.filter((number) => number >= 1 && number < asked);
  return allowed.length === 0 ? undefined : Math.max(...allowed);
}
