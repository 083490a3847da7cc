import type { YamlScalar } from "./yaml-node.js";

type Plain = Pick<YamlScalar, "kind" | "python">;

/*
 * Which plain values are no text in YAML 1.1, by the patterns of yaml.org/type that PyYAML applies: narrower than the specification
 * (`y` and `1e5` are text there), so that a question reads the same in both programs.
 */
const booleans = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON|(no|No|NO|false|False|FALSE|off|Off|OFF))$/;
const nulls = /^(?:~|null|Null|NULL|)$/;
const integers = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const floats =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const dates =
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?))?)$/;

/** What a plain value is; undefined for text. */
export function readPlain(text: string): Plain | undefined {
  // most values are prose, which begins with a letter that only these words begin with
  if (text.length > 0 && !/^[-+.~0-9yYnNtTfFoO]/.test(text)) return undefined;
  if (nulls.test(text)) return { kind: "null", python: "None" };
  return (
    readBoolean(text) ??
    readInteger(text) ??
    readFloat(text) ??
    (dates.test(text) ? { kind: "date", python: text } : undefined)
  );
}

/** `yes`, `off` and the like. */
export function readBoolean(text: string): Plain | undefined {
  const match = booleans.exec(text);
  return match === null ? undefined : { kind: "bool", python: match[1] === undefined ? "True" : "False" };
}

/** Decimal, octal (leading zero), hexadecimal, binary and sexagesimal whole numbers. */
export function readInteger(text: string): Plain | undefined {
  if (!integers.test(text)) return undefined;
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  const size = wholeNumber(digits);
  if (size === undefined) return undefined;
  return { kind: "number", python: String(text.startsWith("-") ? -size : size) };
}

function wholeNumber(digits: string): bigint | undefined {
  if (digits.includes(":")) return sexagesimal(digits.split(":").map(BigInt));
  // `0b_` and the like match the pattern but hold no digit
  if (/^0[bx]?$/.test(digits)) return digits === "0" ? 0n : undefined;
  if (/^0[0-7]/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return BigInt(digits);
}

function sexagesimal(parts: readonly bigint[]): bigint {
  return parts.reduce((sum, part) => sum * 60n + part, 0n);
}

/** Numbers with a point, sexagesimal ones with a point, infinities and not-a-number. */
export function readFloat(text: string): Plain | undefined {
  if (!floats.test(text)) return undefined;
  const lower = text.replaceAll("_", "").toLowerCase();
  const sign = lower.startsWith("-") ? -1 : 1;
  const digits = lower.replace(/^[-+]/, "");
  if (digits === ".nan") return { kind: "number", python: "nan" };
  if (digits === ".inf") return { kind: "number", python: sign === 1 ? "inf" : "-inf" };
  const size = digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return { kind: "number", python: pythonFloat(sign * size) };
}

/** Python's `repr()` of a float: the same shortest digits as here, but an exponent from 1e16 on and below 1e-4. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16)
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}
