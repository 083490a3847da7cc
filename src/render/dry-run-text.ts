import { counted } from "../domain/counted.js";
import { printable } from "../domain/printable.js";

interface Planned {
  readonly stage: string;
  readonly model: string;
  readonly requests: number;
  readonly resumed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly first: readonly {
    readonly kind: string;
    readonly temperature: number;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  }[];
}

/** What would be asked: counts, then the first request of each kind in full. */
export function dryRunText(plan: Planned): string {
  const head = [
    `${plan.stage} would ask ${printable(plan.model)} ${counted(plan.requests, "time")} (${plan.resumed} done by earlier runs)`,
    `about ${plan.promptTokens} prompt tokens, at most ${plan.completionTokens} completion tokens`,
  ];
  const requests = plan.first.map(({ kind, temperature, messages }) =>
    [
      `--- ${printable(kind)} (temperature ${temperature})`,
      ...messages.map(({ role, content }) => `[${role}] ${content.split(/\r?\n/).map(printable).join("\n")}`),
    ].join("\n"),
  );
  return `${[...head, "", ...requests].join("\n")}\n`;
}
