import { describe, expect, it } from "vitest";
import { progressFile } from "../../src/io/progress-file.js";
import { tempFolder } from "../support/temp-folder.js";

/** A snapshot as a stage gives it. */
function state(name: string, done: number): { readonly state: string; readonly done: number } {
  return { state: name, done };
}

describe("progressFile", () => {
  /** A clock that the test moves. */
  function clock(): { now: () => number; time: number } {
    const hands = { time: Date.UTC(2026, 0, 1), now: () => hands.time };
    return hands;
  }

  it("writes the first state at once, with the times of start and change", async () => {
    await using folder = await tempFolder();
    const hands = clock();
    const write = progressFile(folder.file("a/m.progress.json"), hands.now);
    hands.time += 5_000;
    write(state("running", 1));
    expect(JSON.parse(await folder.read("a/m.progress.json"))).toEqual({
      state: "running",
      done: 1,
      started: "2026-01-01T00:00:00.000Z",
      updated: "2026-01-01T00:00:05.000Z",
    });
    expect(await folder.list()).toEqual(["a/m.progress.json"]);
  });

  it("writes once a second while the run goes on, and each final state at once", async () => {
    await using folder = await tempFolder();
    const hands = clock();
    const write = progressFile(folder.file("m.json"), hands.now);
    const shown = async (): Promise<unknown> => (JSON.parse(await folder.read("m.json")) as { done: unknown }).done;
    write(state("running", 1));
    hands.time += 999;
    write(state("running", 2));
    expect(await shown()).toBe(1);
    hands.time += 1;
    write(state("running", 3));
    expect(await shown()).toBe(3);
    write(state("done", 4));
    expect(await shown()).toBe(4);
    write(state("interrupted", 5));
    expect(await shown()).toBe(5);
  });

  it("does no harm to the run where it cannot be written", async () => {
    await using folder = await tempFolder();
    await folder.write("file", "");
    const write = progressFile(folder.file("file/m.json"), () => 0);
    expect(() => write({ state: "running" })).not.toThrow();
    expect(await folder.list()).toEqual(["file"]);
  });
});
