import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashText, sampleHashes, taskHash } from "../../src/domain/mmlu/lm-eval-hashes.js";
import { mcqPrompt, promptSetHash } from "../../src/domain/mmlu/mmlu-prompt.js";
import { mmluSubjects } from "../../src/domain/mmlu/mmlu-subjects.js";
import { parseMmluCsv } from "../../src/io/mmlu-csv.js";
import { readMmluTasks } from "../../src/io/mmlu-data.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import { mmluRows } from "../support/mmlu.js";
import { tempFolder } from "../support/temp-folder.js";

const published = join(dataFolder, "mmlu");
const publishedSource = { kind: "csv", folder: published } as const;
type Hashes = Record<string, Record<string, { n: number; sha256: string }>>;
const hashes = (): Hashes => JSON.parse(readFileSync(join(published, "prompt_hashes.json"), "utf8"));

describe.skipIf(!hasData)("the published data", () => {
  it.each([5, 0] as const)("gives lm-eval's prompts at %i shots, every byte", async (fewShots) => {
    const expected = hashes()[String(fewShots)] ?? {};
    const names = Object.keys(expected);
    expect(names).toHaveLength(8);
    const { tasks, notes } = await readMmluTasks({ source: publishedSource, names, fewShots });
    const found = tasks.map((task) => [task.alias, { n: task.docs.length, sha256: promptSetHash(task) }]);
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(notes).toEqual([]);
    for (const { name, docs } of tasks)
      expect(docs.length).toBe(mmluSubjects.find((subject) => subject.name === name)?.testSize);
  });

  it("has lm-eval's hashes of the first question of abstract_algebra", async () => {
    const { tasks } = await readMmluTasks({ source: publishedSource, names: ["abstract_algebra"], fewShots: 5 });
    const task = tasks[0]!;
    const samples = task.docs.map((doc) => sampleHashes(doc, mcqPrompt(task, doc, { chat: "none" }).context));
    expect(samples[0]).toEqual({
      docHash: "6cd9c6502447a6f35e13e2e94ad6a1ba2ac5672b02acd62d3f1ad2829be63827",
      promptHash: "ff9b00310e214beacf4b324da8c9e6c1de4e49cb422f1bcb1f7037b78f40a2a3",
      targetHash: "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    });
    const texts = samples.map((sample) => hashText([sample]));
    expect(taskHash([hashText(samples)])).toBe(taskHash(texts));
    expect(taskHash(texts)).not.toBe(taskHash(texts.slice(1)));
  });

  it("is said to be altered where it is", async () => {
    await using folder = await tempFolder();
    const read = (split: string) => readFileSync(join(published, split, `anatomy_${split}.csv`), "utf8");
    await folder.write("test/anatomy_test.csv", read("test"));
    await folder.write("dev/anatomy_dev.csv", read("dev").replace("the", "a"));
    const source = { kind: "csv", folder: folder.path } as const;
    const { notes } = await readMmluTasks({ source, names: ["anatomy"], fewShots: 5 });
    expect(notes).toEqual([expect.stringMatching(/^not the published MMLU.*: mmlu_anatomy$/)]);
    expect((await readMmluTasks({ source, names: ["anatomy"], fewShots: 0 })).notes).toEqual([]);
  });
});

const header = ["question", "choice0", "choice1", "choice2", "choice3", "answer"];
const parse = (text: string | Uint8Array) => parseMmluCsv(Buffer.from(text), "f.csv");

describe("parseMmluCsv", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", '"', ",", "\n", "\r", "\r\n", " ", "\u0085", "\u0092", "é", "\uFEFF", "😀", "\t"),
    maxLength: 12,
  });
  const rows = fc.array(
    fc.record({
      question: text,
      choices: fc.tuple(text, text, text, text).map((four) => [...four]),
      answer: fc.nat(3),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it("reads back what a CSV writer wrote, in both forms and with both line ends", () => {
    fc.assert(
      fc.property(rows, fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, end, quoted) => {
        const options = { record_delimiter: end, quoted, quoted_match: /[\r\n]/, bom: true };
        const body = rows.map(({ question, choices, answer }) => [question, ...choices, String(answer)]);
        expect(parse(stringify([header, ...body], options))).toEqual(rows);
        const letters = rows.map(({ question, choices, answer }) => [question, ...choices, "ABCD"[answer]!]);
        expect(parse(stringify(letters, options))).toEqual(rows);
      }),
    );
  });

  it("takes the columns by their names", () => {
    expect(parse("answer,choice3,choice2,choice1,choice0,question\n2,d,c,b,a,q\n")).toEqual([
      { question: "q", choices: ["a", "b", "c", "d"], answer: 2 },
    ]);
  });

  const good = `${header.join(",")}\nq,a,b,c,d,0\n`;
  it.each<[string, string | Uint8Array, RegExp]>([
    ["a wrong column", good.replace("choice2", "choice_2"), /^f\.csv:1: there is no column "choice_2" in MMLU$/],
    ["a missing column", "question,choice0,choice1,choice2,answer\nq,a,b,c,0\n", /:1: the column choice3 is missing$/],
    ["a column twice", good.replace("choice2", "choice1"), /:1: the column choice1 is there twice$/],
    [
      "an answer out of range",
      `${good}"q\n\n",a,b,c,d,1\nq,a,b,c,d,4\n`,
      /^f\.csv:6: the answer is "4", not one of 0, 1, 2, 3$/,
    ],
    ["a letter under a header", `${good}q,a,b,c,d,A\n`, /:3: the answer is "A"/],
    ["a number without a header", "q,a,b,c,d,A\nq,a,b,c,d,0\n", /:2: the answer is "0", not one of A, B, C, D$/],
    ["a letter too far", "q,a,b,c,d,A\nq,a,b,c,d,E\n", /:2: the answer is "E"/],
    ["a field less", `${good}q,a,b,c,1\n`, /:3: it has 5 fields, not 6$/],
    ["a field more", `${good}\n\nq,a,b,c,d,e,1\n`, /:5: it has 7 fields, not 6$/],
    ["an open quote", `${good}q,a,b,"c,d,1\n`, /:3: a quote is opened and never closed$/],
    ["a lone quote in quotes", `${good}"q"x",a,b,c,d,1\n`, /:3: a quote stands in a quoted field/],
    ["a lone quote", `${good}q"x,a,b,c,d,1\n`, /:3: a quote stands in a field that is not in quotes$/],
    [
      "bytes that are no UTF-8",
      Buffer.concat([Buffer.from(good), Buffer.from([0x71, 0xff, 0x0a])]),
      /:3: it is not UTF-8 text$/,
    ],
    ["nothing", "", /^f\.csv: it holds no question$/],
    ["a header alone", `${header.join(",")}\n`, /^f\.csv: it holds no question$/],
    ["control characters, which are not shown", good.replace("choice2", "\u001B[2J"), /no column " \[2J"/],
  ])("refuses %s", (_, content, message) => {
    expect(() => parse(content)).toThrow(
      expect.objectContaining({ name: "EvalError", code: "input", message: expect.stringMatching(message) }),
    );
  });
});

describe("readMmluTasks from a folder of CSV files", () => {
  const csv = (count: number) =>
    stringify(
      [header, ...mmluRows("x", count).map(({ question, choices, answer }) => [question, ...choices, answer])],
      { quoted: true },
    );

  it("names the missing file and what is there", async () => {
    await using folder = await tempFolder();
    const source = { kind: "csv", folder: folder.path } as const;
    const read = (names: string[], fewShots = 5) => readMmluTasks({ source, names, fewShots });
    await expect(read([])).rejects.toEqual(evalError("input", "no such file or folder"));
    await folder.write("test/readme.txt", "");
    await expect(read([])).rejects.toEqual(
      evalError("input", "abstract_algebra_test.csv is missing", "--mmlu-data takes a folder"),
    );
    await folder.write("test/anatomy_test.csv", csv(3));
    await expect(read([])).rejects.toEqual(
      evalError(
        "input",
        "abstract_algebra_test.csv is missing",
        "the folder holds 1 of 57 subjects: --tasks mmlu_anatomy",
      ),
    );
    await expect(read(["anatomy"])).rejects.toEqual(evalError("input", /cannot read .*anatomy_dev\.csv: no such file/));
    await folder.write("dev/anatomy_dev.csv", csv(2));
    await expect(read(["anatomy"])).rejects.toEqual(evalError("input", "it holds 2 examples, not 5", "--few-shots 2"));
    const { tasks, notes } = await read(["anatomy"], 2);
    expect(tasks.map(({ name, docs, fewShots }) => [name, docs.length, fewShots(docs[0]!).length])).toEqual([
      ["mmlu_anatomy", 3, 2],
    ]);
    expect(notes).toEqual([]);
    expect((await read(["anatomy"], 0)).notes).toEqual([expect.stringContaining("not the published MMLU")]);
  });
});
