/** A number as it stands in a table; a dash where there is none. */
export function decimal(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

/** A difference with its sign. */
export function signed(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value < 0 ? "−" : "+"}${text}`;
}

export function signedInterval(interval: readonly [number, number] | null): string {
  return interval === null ? "–" : `${signed(interval[0])} to ${signed(interval[1])}`;
}

export function scoreInterval(interval: readonly [number, number] | null): string {
  if (interval === null) return "–";
  return `${decimal(Math.max(1, interval[0]))} to ${decimal(Math.min(10, interval[1]))}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function count(value: number): string {
  return value.toLocaleString("en").replaceAll(",", "\u202F");
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A file of a taxonomy without what all of them share. */
export function shortFile(path: string): string {
  return path.replace(/^(compositional_skills|foundational_skills)\//, "").replace(/\/qna\.ya?ml$/, "");
}

/** Keeps the end, which tells names with a common beginning apart. */
export function shortened(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `…${characters.slice(1 - length).join("")}`;
}

/** A share as it stands in a table; a dash where there is none. */
export function sharePercent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : percent(share);
}

export function shareRange(interval: readonly [number, number] | null | undefined): string {
  return interval === null || interval === undefined
    ? "–"
    : `${(interval[0] * 100).toFixed(1)} to ${(interval[1] * 100).toFixed(1)}`;
}
