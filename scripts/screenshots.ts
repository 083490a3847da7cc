/**
 * Takes the README's pictures of the demo's two pages: docs/images/comparison.png and docs/images/report.png. `npm run screenshots`; needs
 * chromium (`apt-get install chromium`, or BRANCHBENCH_CHROMIUM).
 */
import { execFileSync } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { openWatched, startBrowser } from "../test/support/browser.js";
import { withTemporaryFolder } from "./support/temporary-folder.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const images = join(root, "docs", "images");
const viewport = { width: 1120, height: 800 };

await mkdir(images, { recursive: true });
await withTemporaryFolder(async (folder) => {
  execFileSync(execPath, [join(root, "dist", "bin.js"), "demo", "--output-dir", folder], { stdio: "ignore" });
  await using browser = await startBrowser();
  for (const name of ["comparison", "report"]) {
    const { page } = await openWatched(browser, `file://${join(folder, "demo", `${name}.html`)}`, { viewport });
    await page.locator(".chart svg").first().waitFor();
    const path = join(images, `${name}.png`);
    await page.screenshot({ path });
    console.log(`${path}: ${((await stat(path)).size / 1_000).toFixed(0)} kB`);
    await page.context().close();
  }
});
