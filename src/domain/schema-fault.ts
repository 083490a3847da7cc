import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Which field is wrong, and what with it: `field choices[0].index: is missing (a number)`. */
export function firstFault({ issues: [issue] }: z.ZodError, whole: string): string {
  const path = issue?.path ?? [];
  return `${path.length === 0 ? whole : `field ${fieldName(path)}`}: ${schemaFault(issue)}`;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

/** What is wrong with a value, in words for somebody who knows the file and not the schema. */
export function schemaFault(issue: Issue | undefined): string {
  if (issue === undefined) return "is not valid";
  if (!zodsOwn.test(issue.message)) return issue.message;
  if (issue.code === "invalid_type") return typeFault(issue);
  if (issue.code === "too_small" || issue.code === "too_big") return sizeFault(issue);
  if (issue.code === "invalid_value") return `is none of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_union") return "has none of the forms it may have";
  if (issue.code === "unrecognized_keys") return `has unknown fields: ${issue.keys.join(", ")}`;
  return "is not valid";
}

/** How zod's own messages begin; a schema that words its message itself knows better. */
const zodsOwn = /^(Too small|Too big|Invalid|Unrecognized)\b/;

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function typeFault({ expected, message }: Extract<Issue, { code: "invalid_type" }>): string {
  const kind = kinds[expected] ?? expected;
  return message.endsWith("received undefined") ? `is missing (${kind})` : `is not ${kind}`;
}

const units: Readonly<Record<string, string>> = { string: " characters", array: " entries", set: " entries" };

function sizeFault(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const unit = units[issue.origin] ?? "";
  if (issue.code === "too_small" && unit !== "" && Number(issue.minimum) === 1) return "is empty";
  const has = unit === "" ? "is" : "has";
  const few = unit === "" ? "less" : "fewer";
  return issue.code === "too_small"
    ? `${has} ${few} than ${issue.minimum}${unit}`
    : `${has} more than ${issue.maximum}${unit}`;
}
