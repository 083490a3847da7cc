import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
/** As deep in the project as this folder, so that `../../dist` is the same place from both. */
const outdir = fileURLToPath(new URL("../../node_modules/.bench/", import.meta.url));

/**
 * Turns scripts of this folder into JavaScript that runs on the built product in `dist`: what is measured is what users run, without
 * the memory and time of a loader that translates TypeScript. Returns a function from a script's name to its path.
 */
export async function buildScripts(names: readonly string[]): Promise<(name: string) => string> {
  await build({
    entryPoints: names.map((name) => `${here}${name}.ts`),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    outdir,
    outExtension: { ".js": ".mjs" },
    logLevel: "error",
    plugins: [
      {
        name: "product-as-built",
        setup: (bundler) => {
          bundler.onResolve({ filter: /^\.\.\/\.\.\/src\// }, ({ path }) => ({
            path: path.replace("../../src/", "../../dist/"),
            external: true,
          }));
        },
      },
    ],
  });
  return (name) => `${outdir}${name}.mjs`;
}
