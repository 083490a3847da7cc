import type { PageSummary } from "../domain/page/page-data.js";
import type { PageMmlu } from "../domain/page/page-mmlu.js";
import { count } from "./numbers.js";

/** What to mind, and where everything comes from. */
export function Provenance({ summary }: { readonly summary: PageSummary }) {
  const { caveats, manifests, command, version } = summary;
  return (
    <>
      <section id="caveats" aria-labelledby="caveats-title">
        <h2 id="caveats-title">Mind</h2>
        {caveats.length === 0 ? (
          <p class="quiet">Nothing stands out: every answer was given, judged and scored.</p>
        ) : (
          <ul class="caveats">
            {caveats.map((caveat) => (
              <li key={caveat}>{caveat}</li>
            ))}
          </ul>
        )}
      </section>
      <section id="provenance" aria-labelledby="provenance-title">
        <h2 id="provenance-title">How it was made</h2>
        <Facts summary={summary} />
        <h3>Do it again</h3>
        <pre class="command" tabIndex={0}>
          {command}
        </pre>
        {manifests.map(({ name, content }) => (
          <details key={name}>
            <summary>Manifest: {name}</summary>
            <pre class="manifest" tabIndex={0}>
              {JSON.stringify(content, null, 2)}
            </pre>
          </details>
        ))}
        <p class="small">branchbench {version}</p>
      </section>
    </>
  );
}

function Facts({ summary }: { readonly summary: PageSummary }) {
  const facts = factsOf(summary);
  return (
    <dl class="facts-list">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf(summary: PageSummary): readonly Fact[] {
  if (summary.kind === "comparison") return comparisonFacts(summary);
  return summary.kind === "mmlu" ? mmluFacts(summary.mmlu) : reportFacts(summary);
}

type Fact = readonly [name: string, value: string];

function comparisonFacts({ comparison }: Extract<PageSummary, { readonly kind: "comparison" }>): Fact[] {
  const { settings, noise } = comparison.comparison;
  const spread = [
    ...(noise.answers === null ? [] : [`${noise.answers.toFixed(2)} points between repeats of an answer`]),
    ...(noise.judgments === null ? [] : [`${noise.judgments.toFixed(2)} points between judgments of one answer`]),
  ];
  return [
    ["Branch", `${comparison.branch.branch} at ${comparison.branch.commit ?? "the work tree"}`],
    ["Base", `${comparison.base.branch} at ${comparison.base.commit ?? "the work tree"}`],
    ["False discovery rate", `${settings.fdr * 100} %`],
    ["Margin for unchanged questions", `${settings.margin} points`],
    ["Already solved from", `${settings.solvedThreshold}`],
    ["Fewest questions of a file", `${settings.minimumQuestions}`],
    ["Noise", spread.length === 0 ? "not measured: nothing was repeated" : spread.join("; ")],
    ["Manifest SHA-256", comparison.reproduce.manifestSha256],
  ];
}

function reportFacts({ report }: Extract<PageSummary, { readonly kind: "mt-bench" }>): Fact[] {
  return [
    ["Benchmark", report.bench],
    ["Questions", `${report.questions.count} of ${report.questions.source}`],
    ["Questions SHA-256", report.questions.sha256],
    ...report.models.flatMap(({ model, judge, sampling, promptsSource, referencesSource, tokens }): Fact[] => [
      [
        `${model}, judged by ${judge}`,
        [
          sampling ?? "sampling unknown",
          `prompts: ${promptsSource ?? "unknown"}`,
          `references: ${referencesSource ?? "none"}`,
          `tokens of the candidate: ${tokens.candidate.prompt} in, ${tokens.candidate.completion} out`,
          `of the judge: ${tokens.judge.prompt} in, ${tokens.judge.completion} out`,
        ].join("; "),
      ],
    ]),
  ];
}

function mmluFacts({ bench, models, pairs }: PageMmlu): Fact[] {
  const settings = pairs[0]?.comparison.settings;
  return [
    ["Benchmark", bench],
    ...models.map(({ report, tokens, requests }): Fact => {
      const { fewShots, fewShotsFrom, chat, systemPrompt, maxLength } = report.prompts;
      const parts = [
        `scored with ${[...new Set(Object.values(report.scoring.modes))].join(", ")}`,
        fewShots === 0 ? "no examples" : `${fewShots} ${examplesFrom[fewShotsFrom]}`,
        ...(chat === "none" ? [] : [`as a chat (${chat})`]),
        ...(systemPrompt === null ? [] : ["with a system prompt"]),
        ...(maxLength === null ? [] : [`cut on the left to ${maxLength} tokens`]),
        `${count(requests)} requests; ${count(tokens.prompt)} tokens in, ${count(tokens.completion)} out`,
        `${report.server}, ${report.date}`,
        ...report.scoring.findings,
      ];
      return [report.model, parts.join("; ")];
    }),
    ...(settings === undefined
      ? []
      : ([
          ["False discovery rate", `${settings.fdr * 100} %`],
          ["Already solved from", `${settings.solvedThreshold * 100} % right`],
          ["No difference where detectable at", `${settings.detectableLimit * 100} points at most`],
        ] as const)),
  ];
}

const examplesFrom = {
  dev: "published examples",
  others: "examples from the task's other questions",
  leak: "examples from all of the task's questions, itself included",
} as const;
