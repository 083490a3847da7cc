import type { QnaDocument } from "../domain/taxonomy/qna.js";
import type { QnaKind } from "../domain/taxonomy/taxonomy-file.js";
import { parseYamlTree, YamlFault } from "./yaml-tree.js";

/** Larger files are not parsed. The largest that anybody wrote has 60 kB. */
export const maxQnaBytes = 4 * 1024 * 1024;

interface QnaSource {
  readonly path: string;
  readonly kind: QnaKind;
  /** undefined where the file is too large */
  readonly content: Buffer | undefined;
  readonly size: number;
  readonly isLink: boolean;
}

/** Parses a `qna.yaml`. What cannot be read is a fault of the document, never an error. */
export function parseQna({ path, kind, content, size, isLink }: QnaSource): QnaDocument {
  const broken = (fault: QnaDocument["fault"]): QnaDocument => ({
    path,
    kind,
    root: undefined,
    fault,
    lineOf: () => 1,
  });
  if (isLink)
    return broken({
      line: 1,
      rule: "link",
      what: "it is a symbolic link, which could lead out of the taxonomy",
      mend: "put the file itself in its place",
    });
  if (content === undefined)
    return broken({
      line: 1,
      rule: "too-large",
      what: `it has ${size} bytes; at most ${maxQnaBytes} are read`,
      mend: "split it into several skills",
    });
  const source = decode(content);
  if (source === undefined)
    return broken({
      line: firstBadLine(content),
      rule: "encoding",
      what: "it is not UTF-8 text",
      mend: "save it as UTF-8",
    });
  try {
    const { root, lineOf } = parseYamlTree(source);
    return { path, kind, root, fault: undefined, lineOf };
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    const mend = "check indentation, quotes and tabs in and above this line";
    return broken({ line: error.line, rule: "yaml", what: `it is not YAML: ${error.message}`, mend });
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Text whose line ends are line feeds, as Python and YAML 1.1 (which knows U+0085) make them; undefined where it is not UTF-8. */
function decode(content: Buffer): string | undefined {
  try {
    const text = decoder.decode(content);
    return /[\r\u0085]/.test(text) ? text.replaceAll(/\r\n?|\u0085/g, "\n") : text;
  } catch {
    return undefined;
  }
}

function firstBadLine(content: Buffer): number {
  const readable = content.toString("utf8").split("\uFFFD")[0] ?? "";
  return readable.split("\n").length;
}
