import { EvalError } from "./eval-error.js";
import { nearestNames } from "./nearest-names.js";
import { printable } from "./printable.js";

const mostListed = 8;

/** The error for a name that nothing answers to: it offers the nearest names, or else those there are. */
export function unknownName(
  kind: string,
  wanted: string,
  { names, place }: { readonly names: readonly string[]; readonly place: string },
): EvalError {
  const near = nearestNames(wanted, names);
  return new EvalError("input", `there is no ${kind} "${printable(wanted)}" in ${place}`, {
    hint: near.length > 0 ? `did you mean ${listed(near)}?` : `there are: ${listed(names)}`,
  });
}

/** Names for people; of many the first ones. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map(printable).join(", ");
  return names.length > mostListed ? `${shown} and ${names.length - mostListed} more` : shown === "" ? "none" : shown;
}
