import { EvalError } from "../domain/eval-error.js";
import { requireSameSettings } from "../domain/mt-bench/manifest.js";
import type { McqManifest, McqSettings } from "../domain/mmlu/mcq-manifest.js";
import { joinData, mcqManifestSchema } from "../domain/mmlu/mcq-manifest.js";
import type { McqTask } from "../domain/scoring/multiple-choice.js";
import { readJsonFile, writeJsonFile } from "../io/json-file.js";
import type { RecordPaths } from "../io/output-tree.js";
import { isNonEmpty } from "../io/output-tree.js";
import { packageInfo } from "../io/package-info.js";
import type { MmluInput, MmluPorts } from "./mmlu-input.js";

/** Checks the manifest beside the outcomes, or writes it. */
export async function keepMcqManifest(paths: RecordPaths, input: MmluInput, ports: MmluPorts): Promise<void> {
  const settings = mcqSettings(input, ports);
  const wanted = Object.fromEntries(input.tasks.map((task) => [task.name, askedData(task, ports)]));
  const stored = await readJsonFile(paths.manifest, mcqManifestSchema);
  if (stored !== undefined) requireSameSettings(stored.settings, settings, paths.manifest);
  else if ((await isNonEmpty(paths.records)) || (await isNonEmpty(paths.failed)))
    throw new EvalError(
      "conflict",
      `${paths.manifest} is missing, so nobody can say how the outcomes beside it were made`,
      {
        hint: "use --fresh to move them aside and ask anew",
      },
    );
  // older versions recorded the hash of all that was read, whatever was asked
  const isUnchanged = ({ name, source }: McqTask): boolean => stored?.data[name]?.sha256 === source.sha256;
  const unchanged = Object.fromEntries(
    input.tasks.filter(isUnchanged).map((task) => [task.name, askedData(task, ports)]),
  );
  const { server, scoring } = ports;
  const manifest: McqManifest = {
    kind: "outcomes",
    settings,
    data: joinData({ ...stored?.data, ...unchanged }, wanted, paths.manifest),
    facts: {
      branchbench: packageInfo(),
      started: new Date().toISOString(),
      server_url: server.url,
      server_models: server.models === null ? null : [...server.models],
      extra_header_names: [...(server.extraHeaderNames ?? [])],
      findings: [...scoring.findings],
    },
  };
  await writeJsonFile(paths.manifest, manifest);
}

/** Written answers are asked for without examples, so other examples are no other data to them. */
function askedData({ form, source }: McqTask, { scoring }: MmluPorts): McqManifest["data"][string] {
  const { path, sha256, questionsSha256 = sha256 } = source;
  return { path, sha256: scoring.modes[form] === "generate" ? questionsSha256 : sha256 };
}

function mcqSettings(input: MmluInput, { server, scoring }: MmluPorts): McqSettings {
  const { prompts } = input;
  return {
    bench: input.bench,
    model: input.model,
    few_shots: prompts.fewShots,
    few_shots_from: prompts.fewShotsFrom,
    chat: prompts.chat,
    system_prompt: prompts.systemPrompt,
    max_length: prompts.maxLength,
    scoring: { ...scoring.settings },
    extra_body: server.extraBody ?? null,
  };
}
