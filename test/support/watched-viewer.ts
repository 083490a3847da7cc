import { startViewServer } from "../../src/io/view-server.js";
import type { ViewServer } from "../../src/io/view-server.js";
import { viewSite } from "../../src/pipeline/view-site.js";

/** The viewer over a folder, as `branchbench view` starts it, that looks more often. */
export async function startViewer(outputDir: string): Promise<ViewServer> {
  return startViewServer(await viewSite({ outputDir, dataDir: "/nonexistent", intervalMs: 50 }));
}
