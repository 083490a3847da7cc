/** The rooms of the house and the owners of outside packages (docs/decisions). `npm run check:layers` holds the code to them. */

/** Each room may import itself and the rooms below it. */
const below = {
  domain: [],
  io: ["domain"],
  embedded: ["domain"],
  render: ["domain"],
  pipeline: ["domain", "io", "embedded", "render"],
  cli: ["domain", "io", "embedded", "render", "pipeline"],
  page: ["domain"],
};

/** The rooms within domain, from the bottom up; what stands in domain itself is below all of them. */
const domainRooms = {
  server: [],
  statistics: [],
  taxonomy: [],
  "mt-bench": ["server"],
  scoring: ["server"],
  report: ["mt-bench", "statistics"],
  comparison: ["mt-bench", "report", "statistics"],
  mmlu: ["comparison", "scoring", "server", "statistics", "taxonomy"],
  page: ["comparison", "mmlu", "mt-bench", "report", "scoring", "statistics"],
};

/** The only files that may import a package; whoever needs more of it adds it there. */
const owners = {
  cacache: "^src/io/response-cache\\.ts$",
  commander: "^src/cli/",
  "csv-parse": "^src/io/mmlu-csv\\.ts$",
  "cli-progress": "^src/cli/progress\\.ts$",
  "csv-stringify": "^src/render/csv\\.ts$",
  fflate: "^src/render/xlsx\\.ts$",
  "cli-table3": "^src/render/",
  "env-paths": "^src/io/data-sets\\.ts$",
  "gpt-tokenizer": "^src/io/tokens\\.ts$",
  handlebars: "^src/io/prompt-files\\.ts$",
  hono: "^src/(embedded/server|io/view-server)\\.ts$",
  "@hono/node-server": "^src/(embedded/server|io/loopback-server)\\.ts$",
  "js-yaml": "^src/io/yaml-tree\\.ts$",
  hyparquet: "^src/io/mmlu-parquet\\.ts$",
  minisearch: "^src/embedded/candidate\\.ts$",
  ndjson: "^src/io/write-jsonl\\.ts$",
  openai: "^src/io/openai\\.ts$",
  "p-limit": "^src/io/limiter\\.ts$",
  "proper-lockfile": "^src/io/lock\\.ts$",
  "simple-git": "^src/io/git\\.ts$",
  tinypool: "^src/io/thread\\.ts$",
  undici: "^src/io/http\\.ts$",
  yaml: "^src/io/",
  zod: "^src/(domain|io|embedded|pipeline)/",
};

const roomRules = Object.entries(below).map(([room, allowed]) => ({
  name: `${room}-imports-only-below`,
  comment: `src/${room} may import ${[room, ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[room, ...allowed].join("|")})/` },
}));

const domainRoomRules = Object.entries(domainRooms).map(([room, allowed]) => ({
  name: `domain-${room}-imports-only-below`,
  comment: `src/domain/${room} may import ${["domain itself", room, ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^src/domain/${room}/` },
  to: { path: "^src/domain/[^/]+/", pathNot: `^src/domain/(${[room, ...allowed].join("|")})/` },
}));

const ownerRules = Object.entries(owners).map(([name, files]) => ({
  name: `${name}-has-one-owner`,
  comment: `only ${files} imports ${name}`,
  severity: "error",
  from: { path: "^src/", pathNot: files },
  to: { path: `^node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...domainRoomRules,
    {
      name: "domain-itself-is-below-its-rooms",
      severity: "error",
      from: { path: "^src/domain/[^/]+$" },
      to: { path: "^src/domain/[^/]+/" },
    },
    ...ownerRules,
    {
      name: "domain-is-pure",
      comment: "domain imports no package but zod, and of Node only hashes",
      severity: "error",
      from: { path: "^src/domain/" },
      to: {
        path: "^(node_modules/|node:|fs|http|path|child_process|os|process)",
        pathNot: "^node_modules/zod/|^(node:)?crypto$",
      },
    },
    {
      name: "page-is-for-the-browser",
      comment: "what runs in the browser imports nothing of Node, and of domain only what is free of it and of zod",
      severity: "error",
      from: { path: "^src/page/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "nobody-imports-the-page",
      comment: "the page is built on its own and read as a file",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/page/" },
      to: { path: "^src/page/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-dev-dependencies-in-the-product",
      severity: "error",
      // the page's packages are bundled when it is built
      from: { path: "^src/", pathNot: "^src/page/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
