import { execFileSync } from "node:child_process";

/** Builds dist once, so that tests which start the command line start what users start. */
export default function build(): void {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
  for (const script of ["scripts/build-page.mjs", "scripts/build-bin.mjs"])
    execFileSync(process.execPath, [script], { stdio: "inherit" });
}
