/** The names that look most like a mistyped one, best first; none where nothing is near. */
export function nearestNames(wanted: string, names: readonly string[], count = 3): string[] {
  const target = wanted.toLowerCase().slice(0, maxLength);
  return names
    .map((name) => ({ name, distance: nameDistance(target, name.toLowerCase().slice(0, maxLength)) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.max(wanted.length, name.length) / 2))
    .sort((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

const maxLength = 200;

/** Edits between two names; `rc` is as near to `origin/rc` as a typing error. */
function nameDistance(wanted: string, name: string): number {
  const tail = name.slice(name.indexOf("/") + 1);
  return tail === name
    ? editDistance(wanted, name)
    : Math.min(editDistance(wanted, name), editDistance(wanted, tail) + 1);
}

/** Levenshtein's distance, row by row. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 0; row < left.length; row++) {
    const current = [row + 1];
    for (let column = 0; column < right.length; column++) {
      const replaced = (previous[column] ?? 0) + (right[column] === left[row] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
