/** A command as one could type it; flags without a value are left out. */
export function commandLine(
  command: string,
  flags: readonly (readonly [name: string, value: string | number | undefined])[],
): string {
  return [
    command,
    ...flags.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${quoted(String(value))}`])),
  ].join(" ");
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
