import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { McqTask } from "../../src/domain/scoring/multiple-choice.js";
import type { TaskFolderReading } from "../../src/io/task-folder.js";
import { readTaskFolder } from "../../src/io/task-folder.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const prompt = String.raw`"{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:"`;
const base: Readonly<Record<string, string>> = {
  task: "t",
  tag: "mmlu_pr",
  dataset_path: "json",
  dataset_kwargs: "{data_files: {test: rows.jsonl}}",
  test_split: "test",
  doc_to_text: prompt,
  doc_to_choice: '["A", "B", "C", "D"]',
  doc_to_target: "answer",
  output_type: "multiple_choice",
  metric_list: "[{metric: acc, aggregation: mean, higher_is_better: true}]",
};
/** A task's yaml with some settings changed; an empty value takes one out. */
const yaml = (changes: Readonly<Record<string, string>> = {}): string =>
  Object.entries({ ...base, ...changes })
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
const row = (index: number, more: object = {}): object => ({
  question: `Question ${index}?`,
  choices: ["a", "b ", "c", "d"],
  answer: index % 4,
  ...more,
});
const jsonl = (rows: readonly object[]): string => rows.map((value) => `${JSON.stringify(value)}\n`).join("");
const rows = (count: number): string => jsonl(Array.from({ length: count }, (_, index) => row(index)));

const read = (folder: TempFolder, more: Partial<TaskFolderReading> = {}) =>
  readTaskFolder({
    folder: folder.path,
    names: [],
    fewShots: 5,
    fewShotsFrom: "others",
    wrongGold: "repair",
    workingFolder: join(folder.path, "elsewhere"),
    ...more,
  });
const shots = (task: McqTask): number[][] => task.docs.map((doc) => task.fewShots(doc).map(({ id }) => id));

async function written(files: Readonly<Record<string, string | Uint8Array>>): Promise<TempFolder> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) await folder.write(name, content);
  return folder;
}

describe("readTaskFolder", () => {
  it("tells other examples from other questions", async () => {
    await using folder = await written({ "t.yaml": yaml(), "rows.jsonl": rows(4) });
    const source = async (fewShots: number) => (await read(folder, { fewShots })).tasks[0]?.source;
    const [none, two] = [await source(0), await source(2)];
    expect(two?.sha256).not.toBe(none?.sha256);
    expect(two?.questionsSha256).toMatch(/^[\da-f]{64}$/);
    expect(two?.questionsSha256).toBe(none?.questionsSha256);
    await folder.write("rows.jsonl", rows(3));
    expect((await source(2))?.questionsSha256).not.toBe(two?.questionsSha256);
  });

  it.each([
    ['["A", "B", "C", "D"]', "letters"],
    [`"{{['A', 'B', 'C', 'D']}}"`, "letters"],
    ["'{{[choices[0], choices[1], choices[2], choices[3]]}}'", "texts"],
    ["choices", "texts"],
    ["'{{ choices }}'", "texts"],
  ])("takes doc_to_choice %s for %s", async (choice, form) => {
    await using folder = await written({ "t.yaml": yaml({ doc_to_choice: choice }), "rows.jsonl": rows(7) });
    const { tasks, notes } = await read(folder);
    expect(notes).toEqual([]);
    expect(tasks).toMatchObject([{ name: "t", alias: "t", form, description: "", tags: ["mmlu_pr"], shots: 5 }]);
    expect(tasks[0]?.docs[1]).toMatchObject({
      id: 1,
      question: "Question 1?",
      choices: ["a", "b ", "c", "d"],
      gold: 1,
    });
  });

  it.each([
    { tag: "", group: "mmlu_pr" },
    { tag: "[mmlu_pr, more]" },
    { metric_list: "{metric: acc, aggregation: mean, higher_is_better: 'true'}" },
    { metric_list: "" },
    { doc_to_target: "'{{ answer }}'" },
    { dataset_kwargs: "{data_files: {test: [rows.jsonl]}}" },
    { dataset_kwargs: "{data_files: rows.jsonl}", test_split: "train" },
    { dataset_name: "null", num_fewshot: "5", metadata: "{version: 1}" },
  ])("reads %j", async (changes) => {
    await using folder = await written({
      "a/t.yaml": yaml(changes),
      "a/rows.jsonl": rows(7),
      "b.yaml": yaml({ tag: "", task: "u" }),
      "rows.jsonl": rows(7),
    });
    const { tasks, notes } = await read(folder);
    expect(tasks.map(({ name }) => name)).toEqual(["t"]);
    expect(notes).toEqual([]);
  });

  it("asks every task where none has the tag, and those that are named", async () => {
    const one = (task: string) => yaml({ task, tag: `[x_${task}, all]` });
    await using folder = await written({
      "1.yaml": one("b"),
      "2.yaml": one("a"),
      "3.yaml": one("c"),
      "rows.jsonl": rows(7),
    });
    const names = async (...wanted: string[]) => (await read(folder, { names: wanted })).tasks.map(({ name }) => name);
    expect(await names()).toEqual(["a", "b", "c"]);
    expect(await names("x_b", "c")).toEqual(["b", "c"]);
    expect(await names("x_*")).toEqual(["a", "b", "c"]);
    await expect(names("x_d")).rejects.toEqual(evalError("input", 'no task, group or tag "x_d"', "x_a"));
  });

  it("merges includes: a later one over an earlier one, the file over both", async () => {
    await using folder = await written({
      "t.yaml": "include: [one, sub/two]\ntask: own\ndataset_kwargs: {data_files: {test: rows.jsonl}}\n",
      one: yaml({ task: "one", description: "first", task_alias: "first" }),
      "sub/two": "include: three\ndescription: second\ntask: two\n",
      "sub/three": "description: third\ntask_alias: third\n",
      "rows.jsonl": rows(7),
    });
    const { tasks } = await read(folder);
    expect(tasks).toMatchObject([{ name: "own", description: "second", alias: "third" }]);
  });

  it("does not take a template that ends in .yaml for a task, nor SDG's other files", async () => {
    await using folder = await written({
      "_base.yaml": yaml({ task: "" }),
      "t.yaml": "include: _base.yaml\ntask: t\n",
      "recipe.yaml": "datasets: []\n",
      "group.yaml": "group: g\ntask: [t]\n",
      "rows.jsonl": rows(7),
    });
    const { tasks, notes } = await read(folder);
    expect(tasks.map(({ name }) => name)).toEqual(["t"]);
    expect(notes).toEqual([
      expect.stringContaining("group.yaml is a group"),
      expect.stringMatching(/no task: .*recipe\.yaml$/),
    ]);
  });

  it("reads the newest of several runs and says so", async () => {
    await using folder = await written({
      "node_datasets_2026-01-02T00_00_00/t.yaml": yaml(),
      "node_datasets_2026-01-02T00_00_00/rows.jsonl": rows(8),
      "node_datasets_2026-01-01T00_00_00/t.yaml": yaml(),
      "node_datasets_2026-01-01T00_00_00/rows.jsonl": rows(7),
    });
    const { tasks, notes } = await read(folder);
    expect(tasks.map(({ docs }) => docs.length)).toEqual([8]);
    expect(notes).toEqual([expect.stringMatching(/2 times: read is .*01-02T.*t\.yaml, not .*01-01T.*t\.yaml$/)]);
  });

  it("looks for data from the working folder, then from the yaml's, then beside it by name", async () => {
    const path = "data/x/rows.jsonl";
    await using folder = await written({
      "tasks/t.yaml": yaml({ dataset_kwargs: `{data_files: {test: ${path}}}` }),
      "tasks/rows.jsonl": rows(1),
    });
    const count = async () => {
      const { tasks, notes } = await read(folder, {
        folder: folder.file("tasks"),
        workingFolder: folder.path,
        fewShots: 0,
      });
      return [tasks[0]?.docs.length, notes.length];
    };
    expect(await count()).toEqual([1, 1]);
    await folder.write(`tasks/${path}`, rows(2));
    expect(await count()).toEqual([2, 0]);
    await folder.write(path, rows(3));
    expect(await count()).toEqual([3, 0]);
  });
});

describe("the examples of a task", () => {
  // CPython: r = random.Random(1234); [r.sample(range(6), 5) for _ in range(6)]
  const drawn = [
    [3, 0, 4, 5, 2],
    [5, 0, 4, 1, 3],
    [0, 5, 4, 1, 2],
    [4, 3, 1, 0, 2],
    [5, 0, 4, 2, 1],
    [1, 0, 3, 4, 2],
  ];

  it("are lm-eval's draws, with the question itself only where that is asked for", async () => {
    await using folder = await written({ "t.yaml": yaml(), "rows.jsonl": rows(6) });
    const [leaking] = (await read(folder, { fewShotsFrom: "leak" })).tasks;
    const [clean] = (await read(folder)).tasks;
    expect(shots(leaking!)).toEqual(drawn);
    expect(shots(clean!)).toEqual(drawn.map((draw, id) => draw.filter((other) => other !== id)));
    // the same in any order of asking
    expect(clean!.docs.toReversed().map((doc) => clean!.fewShots(doc).map(({ id }) => id))).toEqual(
      shots(clean!).toReversed(),
    );
  });

  it("replace the question where the file names the tested split", async () => {
    await using folder = await written({ "t.yaml": yaml({ fewshot_split: "test" }), "rows.jsonl": rows(7) });
    const [task] = (await read(folder, { fewShots: 3 })).tasks;
    // CPython: r = random.Random(1234); [[i for i in r.sample(range(7), 4) if i != doc][:3] for doc in range(7)]
    expect(shots(task!)).toEqual([
      [6, 3, 4],
      [0, 4, 6],
      [0, 1, 6],
      [0, 6, 2],
      [3, 1, 0],
      [1, 0, 4],
      [4, 3, 1],
    ]);
  });

  it("come from another split or are the first ones where the file says so", async () => {
    const files = { "rows.jsonl": rows(2), "dev.jsonl": jsonl([row(10), row(11), row(12)]) };
    const kwargs = "{data_files: {test: rows.jsonl, dev: dev.jsonl}}";
    await using folder = await written({
      ...files,
      "t.yaml": yaml({ dataset_kwargs: kwargs, fewshot_split: "dev", fewshot_config: "{sampler: first_n}" }),
    });
    const [task] = (await read(folder, { fewShots: 2 })).tasks;
    expect(task?.docs.map((doc) => task.fewShots(doc).map(({ question }) => question))).toEqual([
      ["Question 10?", "Question 11?"],
      ["Question 10?", "Question 11?"],
    ]);
  });

  it("leave out a question's twin", async () => {
    await using folder = await written({
      "t.yaml": yaml(),
      "rows.jsonl": jsonl([row(0), row(0, { document: "x" }), row(1)]),
    });
    const [task] = (await read(folder)).tasks;
    expect(shots(task!)).toEqual([[2], [2], expect.arrayContaining([0, 1])]);
  });

  it.each([
    [1, [[]], "0 examples"],
    [2, [[1], [0]], "1 example"],
  ])("are as many as there are in a task of %i questions", async (count, expected, most) => {
    await using folder = await written({ "t.yaml": yaml(), "rows.jsonl": rows(count) });
    const { tasks, notes } = await read(folder);
    expect(shots(tasks[0]!)).toEqual(expected);
    expect(notes).toEqual([`t: at most ${most}, since it has no more`]);
  });

  it("are none where the file says so, and otherwise as many as asked for", async () => {
    await using folder = await written({
      "t.yaml": yaml({ num_fewshot: "0" }),
      "u.yaml": yaml({ task: "u", num_fewshot: "2" }),
      "rows.jsonl": rows(7),
    });
    const { tasks, notes } = await read(folder, { fewShotsFrom: "leak" });
    expect(tasks.map((task) => [task.shots, shots(task)[0]?.length])).toEqual([
      [0, 0],
      [5, 5],
    ]);
    expect(notes).toEqual([
      expect.stringContaining("num_fewshot: 0"),
      expect.stringContaining("asked with 5 examples; its file says 2"),
    ]);
  });
});

describe("right answers", () => {
  // what SDG writes where no answer is A: B, C, D are numbered from 0
  const shifted = ["B", "C", "D", "B"].map((letter, index) =>
    row(index, { answer: "BCD".indexOf(letter), mmlubench_answer: `${letter}) x` }),
  );

  it.each(["mmlubench_answer", "targets"])("are read from %s where they disagree, and said", async (field) => {
    const renamed = shifted.map(({ mmlubench_answer: written, ...rest }: any) => ({ ...rest, [field]: written }));
    await using folder = await written({
      "t.yaml": yaml(),
      "rows.jsonl": jsonl([row(0, { answer: 0, [field]: "A) x" }), ...renamed, row(1, { [field]: "B. x" })]),
    });
    const { tasks, notes } = await read(folder, { fewShots: 1 });
    expect(tasks[0]?.docs.map(({ gold }) => gold)).toEqual([0, 1, 2, 3, 1, 1]);
    expect(tasks[0]?.docs[1]?.row).toMatchObject({ answer: 0 });
    expect(notes).toEqual([
      "t: 4 of 6 right answers were wrong and are read from the written answer: lines 2 (A → B), 3 (B → C), 4 (C → D), 5 (A → B)",
    ]);
  });

  it("are told apart from several where one is wrong", async () => {
    await using folder = await written({ "t.yaml": yaml(), "rows.jsonl": jsonl([row(0), ...shifted.slice(0, 1)]) });
    expect((await read(folder, { fewShots: 1 })).notes).toEqual([
      "t: 1 of 2 right answers was wrong and is read from the written answer: line 2 (A → B)",
    ]);
  });

  it("are refused where that is asked for", async () => {
    await using folder = await written({ "t.yaml": yaml(), "rows.jsonl": jsonl(shifted) });
    await expect(read(folder, { wrongGold: "refuse" })).rejects.toEqual(
      evalError("input", /rows\.jsonl:1: field answer: it is A, but mmlubench_answer says B$/, "--strict"),
    );
  });
});

describe("what is refused", () => {
  const data = { "rows.jsonl": rows(7) };
  it.each<[string, Readonly<Record<string, string | Uint8Array>>, RegExp]>([
    ["a folder without tasks", { "x.txt": "" }, /it holds no task$/],
    [
      "a task whose name leads out of the results",
      { "t.yaml": yaml({ task: "a/../../b" }), ...data },
      /t\.yaml: task "a\/\.\.\/\.\.\/b" cannot name a file of samples: it holds a slash$/,
    ],
    ["a yaml without a task", { "t.yaml": yaml({ task: "" }), ...data }, /t\.yaml: it has no task$/],
    ["a lone yaml of another kind", { "t.yaml": "a: b\n" }, /t\.yaml: it has no task$/],
    ["a yaml that is a list", { "t.yaml": "- a\n" }, /t\.yaml: it has no task: it is a list$/],
    ["an empty yaml", { "t.yaml": "" }, /t\.yaml: it has no task: it is empty$/],
    ["broken yaml", { "t.yaml": "task: t\na: [1\n" }, /t\.yaml:\d+: it is not YAML: /],
    [
      "a python tag",
      { "t.yaml": yaml({ process_docs: "!function utils.x" }) },
      /t\.yaml:11: it is not YAML: the tag !function/,
    ],
    ["yaml that is no UTF-8", { "t.yaml": Uint8Array.of(0x61, 0xff) }, /t\.yaml: it is not UTF-8 text$/],
    ["a missing include", { "t.yaml": "task: t\ninclude: _base\n" }, /t\.yaml:2: there is no file _base to include$/],
    [
      "a missing include of an include",
      { "t.yaml": "include: b\n", b: "\ninclude: c\n" },
      /b:2: there is no file c to include$/,
    ],
    [
      "includes in a circle",
      { "t.yaml": "include: b\n", b: "include: t.yaml\n" },
      /b:1: the includes go in a circle: .*t\.yaml → .*b → .*t\.yaml$/,
    ],
    ["a file that includes itself", { "t.yaml": "include: t.yaml\n" }, /t\.yaml:1: the includes go in a circle/],
    ["an include that is no name", { "t.yaml": "include: {a: b}\n" }, /t\.yaml:1: field include: it is a mapping$/],
    [
      "another prompt",
      { "t.yaml": yaml({ doc_to_text: '"{{question}}"' }), ...data },
      /t\.yaml:6: field doc_to_text: it is "\{\{question\}\}"$/,
    ],
    ["no prompt", { "t.yaml": yaml({ doc_to_text: "" }), ...data }, /t\.yaml: it has no doc_to_text$/],
    [
      "other choices",
      { "t.yaml": yaml({ doc_to_choice: '["A", "B", "C"]' }), ...data },
      /field doc_to_choice: it is a list$/,
    ],
    ["another target", { "t.yaml": yaml({ doc_to_target: "gold" }), ...data }, /field doc_to_target: it is "gold"$/],
    [
      "another kind of output",
      { "t.yaml": yaml({ output_type: "generate_until" }), ...data },
      /field output_type: it is "generate_until"$/,
    ],
    ["a data set of the hub", { "t.yaml": yaml({ dataset_path: "cais/mmlu" }), ...data }, /field dataset_path/],
    [
      "another metric",
      { "t.yaml": yaml({ metric_list: "[{metric: f1}]" }), ...data },
      /field metric_list: it is a list$/,
    ],
    [
      "another aggregation",
      { "t.yaml": yaml({ metric_list: "[{metric: acc, aggregation: median}]" }), ...data },
      /field metric_list/,
    ],
    ["a delimiter", { "t.yaml": yaml({ target_delimiter: '""' }), ...data }, /field target_delimiter: it is ""$/],
    [
      "a templated description",
      { "t.yaml": yaml({ description: '"About {{subject}}"' }), ...data },
      /field description: it is a template/,
    ],
    [
      "a setting that is not known",
      { "t.yaml": yaml({ gen_prefix: '"x"' }), ...data },
      /t\.yaml:11: field gen_prefix: it is not known here/,
    ],
    [
      "a number of examples that is none",
      { "t.yaml": yaml({ num_fewshot: "many" }), ...data },
      /field num_fewshot: it is "many"$/,
    ],
    ["a sampler", { "t.yaml": yaml({ fewshot_config: "{sampler: balanced}" }), ...data }, /field fewshot_config/],
    [
      "a split without a file",
      { "t.yaml": yaml({ fewshot_split: "dev" }), ...data },
      /t\.yaml:4: data_files has no file for "dev"$/,
    ],
    ["no split", { "t.yaml": yaml({ test_split: "" }), ...data }, /it has no test_split$/],
    ["a missing data file", { "t.yaml": yaml() }, /t\.yaml: its data file rows\.jsonl is not there$/],
    ["an empty jsonl", { "t.yaml": yaml(), "rows.jsonl": "" }, /rows\.jsonl: it holds no question$/],
    ["a broken line", { "t.yaml": yaml(), "rows.jsonl": `${rows(1)}{"a"\n` }, /rows\.jsonl:2: not valid JSON/],
    [
      "no question",
      { "t.yaml": yaml(), "rows.jsonl": jsonl([{ choices: [], answer: 0 }]) },
      /rows\.jsonl:1: field question: /,
    ],
    [
      "three choices",
      { "t.yaml": yaml(), "rows.jsonl": jsonl([row(0, { choices: ["a", "b", "c"] })]) },
      /:1: field choices: a question has 4 choices$/,
    ],
    [
      "an answer out of range",
      { "t.yaml": yaml(), "rows.jsonl": jsonl([row(0), row(0, { answer: 4 })]) },
      /:2: field answer: it must be a whole number from 0 to 3$/,
    ],
    [
      "an answer that is text",
      { "t.yaml": yaml(), "rows.jsonl": jsonl([row(0, { answer: "B" })]) },
      /:1: field answer: /,
    ],
  ])("%s", async (_, files, message) => {
    await using folder = await written(files);
    await expect(read(folder)).rejects.toEqual(evalError("input", message));
  });

  it("a folder that does not exist", async () => {
    await using folder = await tempFolder();
    await expect(read(folder, { folder: folder.file("none") })).rejects.toEqual(
      evalError("input", /cannot read the folder of tasks .*none: no such file or folder$/),
    );
  });
});

describe.skipIf(!hasData)("the published task", () => {
  it("is read whole; 11 of its 27 prompts hold their own answer in lm-eval 0.4.10 and newer", async () => {
    const reading = {
      folder: join(dataFolder, "mmlu_branch"),
      names: [],
      fewShots: 5,
      wrongGold: "refuse",
      workingFolder: dataFolder,
    } as const;
    const { tasks, notes } = await readTaskFolder({ ...reading, fewShotsFrom: "leak" });
    const [task] = tasks;
    expect(tasks).toMatchObject([{ name: "tonsils", form: "letters", description: "", tags: ["mmlu_pr"] }]);
    expect(notes).toEqual([expect.stringContaining("tests/testdata/sdg/tonsil_data.jsonl is not there; read is")]);
    expect(task?.docs).toHaveLength(27);
    expect(shots(task!).slice(0, 3)).toEqual([
      [24, 14, 3, 0, 2],
      [25, 18, 1, 21, 22],
      [2, 3, 24, 11, 7],
    ]);
    expect(shots(task!).filter((ids, id) => ids.includes(id))).toHaveLength(11);
    const clean = (await readTaskFolder({ ...reading, fewShotsFrom: "others" })).tasks[0]!;
    expect(shots(clean).filter((ids, id) => ids.includes(id))).toEqual([]);
    expect(shots(clean).filter((ids) => ids.length === 4)).toHaveLength(11);
  });
});
