import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execPath } from "node:process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { packageInfo, packageRoot } from "../../src/io/package-info.js";
import { packageVersion } from "../../src/io/package-version.js";
import type { TempFolder } from "../support/temp-folder.js";
import { tempFolder } from "../support/temp-folder.js";

const run = promisify(execFile);

/** The package as it is installed, as far as this needs it. */
async function install(folder: TempFolder, version: string): Promise<void> {
  await folder.write("package.json", JSON.stringify({ version, type: "module" }));
  await folder.write("dist/domain/rule.js", "export const rule = 1;\n");
  for (const name of ["package-info.js", "package-version.js"])
    await cp(join(packageRoot, "dist", "io", name), folder.file(`dist/io/${name}`));
}

/** What the installed package says of itself, whatever the working folder. */
async function installedInfo(folder: TempFolder): Promise<{ version: string; code_sha256: string }> {
  const module = pathToFileURL(folder.file("dist/io/package-info.js")).href;
  const script = `import { packageInfo } from ${JSON.stringify(module)}; console.log(JSON.stringify(await packageInfo()));`;
  const { stdout } = await run(execPath, ["--input-type=module", "--eval", script]);
  return JSON.parse(stdout) as { version: string; code_sha256: string };
}

describe("the package", () => {
  it("knows its folder and its version", async () => {
    const manifest = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")) as {
      name: string;
      version: string;
    };
    expect(manifest.name).toBe("branchbench");
    expect(packageVersion()).toBe(manifest.version);
    expect(packageInfo()).toEqual({
      version: manifest.version,
      code_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("has a code hash that is the same wherever it is installed, and another one after any change", async () => {
    await using one = await tempFolder();
    await using other = await tempFolder();
    await install(one, "1.2.3");
    await install(other, "1.2.4");
    const [info, same] = [await installedInfo(one), await installedInfo(other)];
    expect(info.version).toBe("1.2.3");
    expect(same).toEqual({ version: "1.2.4", code_sha256: info.code_sha256 });
    await other.write("dist/notes.txt", "no code");
    expect(await installedInfo(other)).toEqual(same);
    await other.write("dist/domain/rule.js", "export const rule = 2;\n");
    expect((await installedInfo(other)).code_sha256).not.toBe(info.code_sha256);
    await one.write("dist/domain/rule2.js", "");
    expect((await installedInfo(one)).code_sha256).not.toBe(info.code_sha256);
  });
});
