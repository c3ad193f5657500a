// The floors and rooms of ARCHITECTURE.md, as rules. Paths are those of the sources: a workspace package resolves to its src/index.ts.

const families = "(pantavisor|panos|edge)";

/** Where files that are no part of the product live: they may use any floor, and the outside. */
const tests = "[.]test[.]ts$|^packages/[^/]+/(test|src/testing)/";

/** Modules that reach time, disk, network, other processes or threads. */
const coreIo =
  "^(node:)?(fs|fs/promises|net|http|http2|https|tls|dgram|dns|dns/promises|child_process|cluster|worker_threads|readline|readline/promises|repl|sqlite|timers|timers/promises|perf_hooks|inspector|v8|vm|wasi|tty|process|os)$";
const packagedIo =
  "node_modules/(dockerode|mqtt|aedes|mqemitter|undici|pg|better-sqlite3|kysely|ws|pino|prom-client|find-my-way|@peculiar/x509|@kubernetes|@nats-io|node-pty|playwright-core)/";

/** A family's room may use its own package's rooms `allowed`, and nothing else of that package. */
function room(name, allowed) {
  return {
    name: `room-${name}`,
    comment: `${name}/ knows only ${allowed.join(", ")} of its own package, and the kernel.`,
    severity: "error",
    from: { path: `^packages/${families}/src/${name}/`, pathNot: "[.]test[.]ts$" },
    to: { path: "^packages/$1/", pathNot: allowed.map((other) => `^packages/$1/src/${other}/`) },
  };
}

/** A package may use only packages on floors below its own. */
function floor(name, from, to) {
  return {
    name: `floor-${name}`,
    comment: "A package imports only from floors below its own: kernel < families < fleet < dashboard < cli.",
    severity: "error",
    from: { path: `^packages/${from}/` },
    to: { path: `^packages/${to}/` },
  };
}

export default {
  forbidden: [
    floor("kernel", "kernel", "(?!kernel/)[^/]+"),
    floor("families", families, "(fleet|dashboard|cli)"),
    floor("fleet", "fleet", "(dashboard|cli)"),
    floor("dashboard", "dashboard", "cli"),
    {
      name: "families-never-meet",
      comment: "A family never imports another family: what both need belongs in the kernel.",
      severity: "error",
      from: { path: `^packages/${families}/` },
      to: { path: `^packages/${families}/`, pathNot: "^packages/$1/" },
    },
    room("wire", ["wire"]),
    room("node", ["wire", "node"]),
    room("device", ["wire", "node", "device"]),
    room("cloud", ["wire", "node", "cloud"]),
    room("live", ["wire", "node", "device", "cloud", "live"]),
    {
      name: "live-only-from-site",
      comment: "Adapters to the outside are chosen by the site; nothing else loads them.",
      severity: "error",
      from: { path: `^packages/${families}/src/`, pathNot: ["^packages/[^/]+/src/(live|site)/", "[.]test[.]ts$"] },
      to: { path: [`^packages/${families}/src/live/`, "^packages/kernel/src/live[.]ts$"] },
    },
    {
      name: "only-the-face",
      comment: "Across packages only the faces of a package: its index, live and testing entries, and fleet's api.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/",
        pathNot: ["^packages/$1/", "^packages/[^/]+/src/((testing|api)/index|index|live)[.]ts$"],
      },
    },
    {
      name: "only-the-face-outside",
      comment: "Examples and benches use packages as strangers do.",
      severity: "error",
      from: { path: "^(bench|examples)/" },
      to: { path: "^packages/", pathNot: "^packages/[^/]+/src/((testing|api)/index|index|live)[.]ts$" },
    },
    {
      name: "testing-only-from-tests",
      comment: "The testing entries are for tests.",
      severity: "error",
      from: { path: "^packages/", pathNot: tests },
      to: { path: "^packages/[^/]+/src/testing/" },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one concept, or miss a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "the-world-is-given",
      comment:
        "Disk, network, processes, threads and OS time belong to the kernel, live/, the workers of fleet, and the cli.",
      severity: "error",
      from: {
        path: "^packages/",
        pathNot: ["^packages/(kernel|cli)/", "^packages/[^/]+/src/live/", "^packages/fleet/src/workers/", tests],
      },
      to: { path: [coreIo, packagedIo] },
    },
    {
      name: "no-hidden-chance",
      comment: "node:crypto is imported by name, so that the linter sees which functions are used.",
      severity: "error",
      from: { path: "^packages/", pathNot: ["^packages/(kernel|cli)/", "^packages/[^/]+/src/live/", tests] },
      to: { path: "^(node:)?crypto$", dependencyTypes: ["dynamic-import", "require"] },
    },
    {
      name: "resolvable",
      comment: "An import that does not resolve is not checked by any other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      conditionNames: ["understudy-source", "import", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".mjs", ".js", ".d.ts"],
    },
  },
};
