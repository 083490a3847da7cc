import type { Finding } from "../domain/taxonomy/finding.js";
import { printable } from "../domain/printable.js";

/**
 * Findings as GitHub Actions' workflow commands, which show them at their line in a pull request. Values are escaped, so that no text of
 * a taxonomy can end a command or begin another one.
 *
 * @param prefix where the taxonomy lies in the repository, ending in `/`; GitHub wants paths from the repository's root
 */
export function lintGithub(findings: readonly Finding[], prefix = ""): string {
  return findings
    .map(({ file, line, severity, rule, what, mend, skipped }) => {
      const consequence = skipped === null ? "" : ` (${skipped} skipped)`;
      const place = `file=${property(`${prefix}${file}`)},line=${line},title=${property(rule)}`;
      return `::${severity} ${place}::${data(printable(`${what}${consequence}; ${mend}`))}\n`;
    })
    .join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A file's name keeps its line ends, in their escaped form; other control characters have none. */
function property(text: string): string {
  return data(text.replaceAll(/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?![\r\n])\p{Cc}/gu, " "))
    .replaceAll(":", "%3A")
    .replaceAll(",", "%2C");
}
