import { openBrowser } from "../../io/open-browser.js";
import { startViewServer } from "../../io/view-server.js";
import { viewSite } from "../../pipeline/view-site.js";
import type { ViewOptions } from "../commands/view.js";
import type { Host } from "../host.js";
import { dataDir } from "../run-context.js";

/** Serves until it is interrupted. */
export async function viewAction(folder: string, options: ViewOptions, host: Host): Promise<number> {
  const site = await viewSite({
    outputDir: folder,
    dataDir: dataDir(options, host),
    ...(options.questions !== undefined && { questions: options.questions }),
  });
  await using server = await startViewServer(site, { port: options.port });
  const interrupted = new Promise<void>((resolve) => {
    host.onInterrupt(resolve);
  });
  const { url } = server;
  host.stdout.write(options.json === true ? `${JSON.stringify({ url })}\n` : `${url}\n`);
  host.stderr.write(`${folder} can be seen at this address, from this machine only; Ctrl-C ends it\n`);
  await using browser = options.open === true ? await openBrowser(url) : undefined;
  if (browser?.isOpen === false) host.stderr.write("no browser could be started: open the address yourself\n");
  await interrupted;
  return 0;
}
