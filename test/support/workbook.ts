import { strFromU8, unzipSync } from "fflate";

type ReadCell = string | number | boolean | null;

export interface ReadSheet {
  readonly name: string;
  readonly xml: string;
  /** rows of cells by column; cells that are not there are null */
  readonly rows: readonly (readonly ReadCell[])[];
}

/** Reads a workbook as the standard has it, `_xHHHH_` included; formulas are an error. */
export function readWorkbook(bytes: Uint8Array): ReadSheet[] {
  const files = unzipSync(bytes);
  const text = (path: string): string => strFromU8(files[path] ?? new Uint8Array());
  const targets = new Map(
    [...text("xl/_rels/workbook.xml.rels").matchAll(/Id="([^"]+)"[^>]*Target="([^"]+)"/g)].map(([, id, target]) => [
      id,
      target,
    ]),
  );
  return [...text("xl/workbook.xml").matchAll(/<sheet name="([^"]*)" sheetId="\d+" r:id="([^"]+)"\/>/g)].map(
    ([, name = "", id]) => {
      const xml = text(`xl/${targets.get(id) ?? ""}`);
      return { name: unescaped(name), xml, rows: readRows(xml) };
    },
  );
}

function readRows(xml: string): ReadCell[][] {
  if (/<f[ >]/.test(xml)) throw new Error("the sheet holds a formula");
  return [...xml.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)].map(([, , cells = ""]) => {
    const row: ReadCell[] = [];
    for (const [, letters = "", type, inner = ""] of cells.matchAll(
      /<c r="([A-Z]+)\d+" s="\d+"(?: t="(\w+)")?>(.*?)<\/c>/gs,
    )) {
      const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      while (row.length < column) row.push(null);
      row[column] = readCell(type, inner);
    }
    return row;
  });
}

function readCell(type: string | undefined, inner: string): ReadCell {
  if (type === "inlineStr") return unescaped(/^<is><t xml:space="preserve">(.*)<\/t><\/is>$/s.exec(inner)?.[1] ?? "");
  const value = /^<v>(.*)<\/v>$/.exec(inner)?.[1] ?? "";
  return type === "b" ? value === "1" : Number(value);
}

const letters: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#13": "\r" };

function unescaped(text: string): string {
  return text
    .replaceAll(/&([^;]+);/g, (_, name: string) => letters[name] ?? "?")
    .replaceAll(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
