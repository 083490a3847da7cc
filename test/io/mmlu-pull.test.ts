import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mmluSubjects } from "../../src/domain/mmlu/mmlu-subjects.js";
import { parseMmluCsv } from "../../src/io/mmlu-csv.js";
import { readMmluTasks } from "../../src/io/mmlu-data.js";
import { parseMmluParquet } from "../../src/io/mmlu-parquet.js";
import { mmluAddress, openPulledMmlu, pullMmlu } from "../../src/io/mmlu-pull.js";
import { dataFolder, hasData } from "../support/data.js";
import { evalError } from "../support/eval-error.js";
import type { FileReply } from "../support/file-server.js";
import { startFileServer } from "../support/file-server.js";
import { madeUpSubject, mmluParquet, mmluRows } from "../support/mmlu.js";
import { tempFolder } from "../support/temp-folder.js";

const [testRows, devRows] = [mmluRows("test", 7), mmluRows("dev", 5)];
const subject = madeUpSubject(testRows, devRows);
const testName = `${subject.subject}/test-00000-of-00001.parquet`;
const devName = `${subject.subject}/dev-00000-of-00001.parquet`;
const testFile = mmluParquet(subject.subject, testRows);
const devFile = mmluParquet(subject.subject, devRows);
const whole = (content: string | Uint8Array): FileReply => ({ kind: "whole", status: 200, content });

function genuine(path: string): FileReply | undefined {
  return path === `/${testName}` ? whole(testFile) : path === `/${devName}` ? whole(devFile) : undefined;
}

describe("pullMmlu", () => {
  it("puts a subject's files in place as they were published, and says so", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer(genuine);
    const told: string[] = [];
    const options = { dataDir: folder.path, address: server.url, subjects: [subject] };
    await pullMmlu({ ...options, onFile: (path, state) => void told.push(`${state} ${path}`) });
    expect(told).toEqual([
      `downloaded ${folder.file(`mmlu/${testName}`)}`,
      `downloaded ${folder.file(`mmlu/${devName}`)}`,
    ]);
    expect(readFileSync(folder.file(`mmlu/${testName}`)).equals(testFile)).toBe(true);
    expect(await folder.list()).toEqual([`mmlu/${devName}`, `mmlu/${testName}`, "mmlu/checksums.json"].sort());
    const read = await openPulledMmlu(folder.path);
    expect(
      (await read(subject, "test")).docs.map(({ question, choices, gold }) => ({ question, choices, answer: gold })),
    ).toEqual(testRows);
    expect((await read(subject, "dev")).docs).toHaveLength(5);
  });

  it("asks only for what is not in place, and replaces what was altered", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer(genuine);
    const options = { dataDir: folder.path, address: server.url, subjects: [subject] };
    await expect(
      pullMmlu({
        ...options,
        onFile: () => {
          throw new Error("killed");
        },
      }),
    ).rejects.toThrow("killed");
    expect(server.asked).toEqual([`/${testName}`]);
    server.asked.length = 0;
    await pullMmlu(options);
    expect(server.asked).toEqual([`/${devName}`]);
    server.asked.length = 0;
    await pullMmlu(options);
    expect(server.asked).toEqual([]);
    await folder.write(`mmlu/${testName}`, "altered");
    const read = await openPulledMmlu(folder.path);
    await expect(read(subject, "test")).rejects.toEqual(evalError("input", "was altered", "data pull mmlu"));
    await pullMmlu(options);
    expect(server.asked).toEqual([`/${testName}`]);
    await expect(read(subject, "test")).resolves.toBeDefined();
    await folder.write("mmlu/checksums.json", "{");
    await expect(openPulledMmlu(folder.path)).rejects.toEqual(evalError("input", "MMLU is not in"));
    await pullMmlu(options);
    expect(await readMmluFile(folder.path)).toBe(7);
  });

  async function readMmluFile(dataDir: string): Promise<number> {
    return (await (await openPulledMmlu(dataDir))(subject, "test")).docs.length;
  }

  const other = (rows: ReturnType<typeof mmluRows>, split: string): FileReply | undefined =>
    split === "test" ? whole(mmluParquet(subject.subject, rows)) : undefined;
  it.each<[string, (path: string) => FileReply | undefined, RegExp]>([
    ["another question", () => other(mmluRows("x", 7), "test"), /its questions are others/],
    ["a question less", () => other(testRows.slice(1), "test"), /its questions are others/],
    ["a page", () => whole("<html></html>"), /is no parquet file of MMLU/],
    ["a file that is cut", () => whole(testFile.slice(0, 200)), /is no parquet file of MMLU/],
    ["an empty file", () => whole(""), /is no parquet file of MMLU/],
    ["no file", () => undefined, /HTTP 404$/],
    ["a cut connection", () => ({ kind: "cut", content: testFile }), /cannot download .*test-0/],
    ["a cut connection of unknown length", () => ({ kind: "cut-chunked", content: testFile }), /cannot download/],
  ])("refuses %s and keeps nothing", async (_, reply, message) => {
    await using folder = await tempFolder();
    await using server = await startFileServer(reply);
    const pulling = pullMmlu({ dataDir: folder.path, address: server.url, subjects: [subject] });
    await expect(pulling).rejects.toEqual(evalError("server", message));
    expect(await folder.list()).toEqual([]);
  });

  it.each([
    ["another example", mmluRows("x", 5)],
    ["another answer to an example", devRows.map((row) => ({ ...row, answer: (row.answer + 1) % 4 }))],
    ["too few examples", devRows.slice(1)],
  ])("refuses %s and keeps the questions", async (_, rows) => {
    await using folder = await tempFolder();
    await using server = await startFileServer((path) =>
      path === `/${devName}` ? whole(mmluParquet(subject.subject, rows)) : genuine(path),
    );
    const pulling = pullMmlu({ dataDir: folder.path, address: server.url, subjects: [subject] });
    await expect(pulling).rejects.toEqual(evalError("server", /dev-0.* is not the published file/));
    expect(await folder.list()).toEqual([`mmlu/${testName}`, "mmlu/checksums.json"].sort());
  });

  it("refuses right answers that cannot be the published ones, and uses none of these files", async () => {
    await using folder = await tempFolder();
    await using server = await startFileServer(genuine);
    const options = { dataDir: folder.path, address: server.url, subjects: [subject] };
    // the prompts do not tell: answers of 0, 1, 2, 3, 0, 1, 2 against one that was made another
    await expect(pullMmlu({ ...options, answers: [3, 2, 1, 1] })).rejects.toEqual(
      evalError("server", "not the published ones (A to D: 2, 2, 2, 1)", "pull it again"),
    );
    await expect(openPulledMmlu(folder.path)).rejects.toEqual(evalError("input", "MMLU is not in"));
    server.asked.length = 0;
    await pullMmlu({ ...options, answers: [2, 2, 2, 1] });
    expect(server.asked).toEqual([`/${testName}`, `/${devName}`]);
    await pullMmlu({ ...options, answers: [2, 2, 2, 1] });
    expect(await readMmluFile(folder.path)).toBe(7);
  });

  it("stops when it is told to, and gives up a server that says nothing", async () => {
    await using folder = await tempFolder();
    const stop = new AbortController();
    await using server = await startFileServer(() => {
      stop.abort();
      return { kind: "silent" };
    });
    const options = { dataDir: folder.path, address: server.url, subjects: [subject] };
    await expect(pullMmlu({ ...options, signal: stop.signal })).rejects.toEqual(evalError("interrupted", "stopped"));
    await expect(pullMmlu({ ...options, timeoutMs: 50 })).rejects.toEqual(
      evalError("server", "cannot download", "--mmlu-data"),
    );
  });

  it("comes from a fixed commit", () => {
    expect(mmluAddress).toMatch(/^https:\/\/huggingface\.co\/datasets\/cais\/mmlu\/resolve\/[0-9a-f]{40}$/);
  });
});

/** Leads from the address of the file to the place where it lies, as the hub does, and names its hash. */
async function startHub(tagOf: (content: Uint8Array) => string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const stored = path.startsWith("/store");
    const content = path.endsWith(testName) ? testFile : devFile;
    if (stored) response.end(content);
    else response.writeHead(302, { location: `/store${path}`, "x-linked-etag": `"${tagOf(content)}"` }).end("moved");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

describe("pullMmlu, where the server names the hash", () => {
  it.each([
    ["the sha256", sha256],
    [
      "git's id of the blob",
      (content: Uint8Array) => createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex"),
    ],
    ["something else", () => "abc123"],
  ])("follows to the file and accepts %s", async (_, tagOf) => {
    await using folder = await tempFolder();
    await using hub = await startHub(tagOf);
    await pullMmlu({ dataDir: folder.path, address: hub.url, subjects: [subject] });
    expect(await folder.list()).toHaveLength(3);
  });

  it.each([
    ["sha256", "a".repeat(64)],
    ["git id", "a".repeat(40)],
  ])("refuses a file with another %s", async (_, tag) => {
    await using folder = await tempFolder();
    await using hub = await startHub(() => tag);
    const pulling = pullMmlu({ dataDir: folder.path, address: hub.url, subjects: [subject] });
    await expect(pulling).rejects.toEqual(evalError("server", `the hub says ${tag}`));
    expect(await folder.list()).toEqual([]);
  });
});

describe("readMmluTasks from what was pulled", () => {
  it("says that nothing was, or not this subject", async () => {
    await using folder = await tempFolder();
    const source = { kind: "pulled", dataDir: folder.path } as const;
    await expect(readMmluTasks({ source, names: [], fewShots: 5 })).rejects.toEqual(
      evalError("input", "MMLU is not in", "branchbench data pull mmlu"),
    );
    await using server = await startFileServer(genuine);
    await pullMmlu({ dataDir: folder.path, address: server.url, subjects: [subject] });
    await expect(readMmluTasks({ source, names: ["anatomy"], fewShots: 5 })).rejects.toEqual(
      evalError("input", /anatomy.* was not pulled/, "branchbench data pull mmlu"),
    );
  });

  it.skipIf(!hasData)("gives the tasks that the CSV files give", async () => {
    await using folder = await tempFolder();
    const subjects = mmluSubjects.filter(({ subject: name }) => ["sociology", "formal_logic"].includes(name));
    await using server = await startFileServer((path) => {
      const [, name = "", split = ""] = /^\/(.*)\/(dev|test)-/.exec(path) ?? [];
      const csv = join(dataFolder, "mmlu", split, `${name}_${split}.csv`);
      return whole(mmluParquet(name, parseMmluCsv(readFileSync(csv), csv)));
    });
    await pullMmlu({ dataDir: folder.path, address: server.url, subjects });
    const names = subjects.map(({ name }) => name);
    const pulled = await readMmluTasks({ source: { kind: "pulled", dataDir: folder.path }, names, fewShots: 5 });
    const given = await readMmluTasks({
      source: { kind: "csv", folder: join(dataFolder, "mmlu") },
      names,
      fewShots: 5,
    });
    expect(pulled.notes).toEqual([]);
    expect(pulled.tasks.map(({ docs }) => docs)).toEqual(given.tasks.map(({ docs }) => docs));
  });
});

describe("parseMmluParquet", () => {
  it.each([
    ["an answer out of range", mmluParquet("x", [{ question: "q", choices: ["a", "b", "c", "d"], answer: 4 }])],
    ["three choices", mmluParquet("x", [{ question: "q", choices: ["a", "b", "c"], answer: 0 }])],
  ])("refuses %s", async (_, bytes) => {
    await expect(parseMmluParquet(bytes, "f")).rejects.toEqual(
      evalError("input", "f is not a parquet file of cais/mmlu: row 1"),
    );
  });
});
