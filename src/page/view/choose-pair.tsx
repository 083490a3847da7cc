import { useState } from "preact/hooks";
import type { ViewJudgedSet } from "../../domain/page/view-listing.js";
import { viewLink } from "./view-address.js";

interface Pair {
  readonly set: string;
  readonly against: string;
  readonly judge: string;
  readonly base: string;
  readonly tuned: string;
}

/** Two models on the same questions, or on those of two branches, compared as `branchbench compare` does. */
export function ChoosePair({ sets, token }: { readonly sets: readonly ViewJudgedSet[]; readonly token: string }) {
  const comparable = sets.filter((set) => set.judges.some(({ models }) => models.length > 1));
  const [wanted, setWanted] = useState<Partial<Pair>>({});
  const set = found(comparable, wanted.set) ?? comparable[0];
  if (set === undefined) return null;
  const against = found(comparable, wanted.against) ?? set;
  const judges = judgesOf(set).filter((judge) => judgesOf(against).includes(judge));
  const judge = judges.find((name) => name === wanted.judge) ?? judges[0] ?? "";
  const models = modelsOf(set, judge).filter((model) => modelsOf(against, judge).includes(model));
  const base = models.find((name) => name === wanted.base) ?? models[0] ?? "";
  const tuned =
    models.find((name) => name === wanted.tuned && name !== base) ?? models.find((name) => name !== base) ?? "";
  const change = (part: Partial<Pair>): void => setWanted({ ...wanted, ...part });
  const names = comparable.map(({ id, path }) => [id, path] as const);
  const isComplete = tuned !== "";
  const choice = { set: set.id, ...(against.id !== set.id && { against: against.id }), judge, base, tuned };
  return (
    <section class="pair" aria-labelledby="pair-title">
      <h2 id="pair-title">Compare two models</h2>
      <p class="quiet">
        Paired by question, with the statistics of <code>branchbench compare</code>.
      </p>
      <div class="fields">
        <Choice label="Questions of" value={set.id} options={names} onChange={(id) => change({ set: id })} />
        <Choice
          label="Compared with the questions of"
          value={against.id}
          options={names.map(([id, path]) => [id, id === set.id ? "the same" : path] as const)}
          onChange={(id) => change({ against: id })}
        />
        <Choice label="Judge" value={judge} options={same(judges)} onChange={(name) => change({ judge: name })} />
        <Choice label="Base model" value={base} options={same(models)} onChange={(name) => change({ base: name })} />
        <Choice
          label="Tuned model"
          value={tuned}
          options={same(models.filter((name) => name !== base))}
          onChange={(name) => change({ tuned: name })}
        />
      </div>
      {isComplete ? (
        <a class="button" href={viewLink(token, choice)}>
          Compare
        </a>
      ) : (
        <p class="notice">No judge has rated two models on both.</p>
      )}
    </section>
  );
}

function found(sets: readonly ViewJudgedSet[], id: string | undefined): ViewJudgedSet | undefined {
  return sets.find((set) => set.id === id);
}

function judgesOf({ judges }: ViewJudgedSet): string[] {
  return judges.filter(({ models }) => models.length > 1).map(({ judge }) => judge);
}

function modelsOf({ judges }: ViewJudgedSet, judge: string): string[] {
  return (judges.find((one) => one.judge === judge)?.models ?? []).map(({ model }) => model);
}

function same(names: readonly string[]): (readonly [string, string])[] {
  return names.map((name) => [name, name] as const);
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
