/** Bundles the report page and the viewer (src/page) into dist/page: one script and one style sheet each. Part of `npm run build`. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  absWorkingDir: fileURLToPath(new URL("../", import.meta.url)),
  entryPoints: ["src/page/page.tsx", "src/page/page.css", "src/page/view/view.tsx", "src/page/view/view.css"],
  outdir: "dist/page",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "inline",
  charset: "utf8",
  logLevel: "warning",
});
