/**
 * Puts the command line's flags and help into one file, dist/bin.js: `--help` then loads two modules instead of forty. What a command
 * does stays where tsc put it and is loaded when it runs. Part of `npm run build`.
 */
import { relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const source = resolve(root, "src");

/** Rules and actions keep their own modules, so that each is there once: an error is told by its class. */
const keptApart = /^(domain|io|cli\/actions)\//;

await build({
  absWorkingDir: root,
  entryPoints: ["src/bin.ts"],
  outfile: "dist/bin.js",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  legalComments: "inline",
  logLevel: "warning",
  // commander is CommonJS
  banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
  plugins: [
    {
      name: "kept-apart",
      setup(bundler) {
        bundler.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
          const inside = relative(source, resolve(resolveDir, path)).split(sep).join("/");
          return keptApart.test(inside) ? { path: `./${inside}`, external: true } : undefined;
        });
      },
    },
  ],
});
