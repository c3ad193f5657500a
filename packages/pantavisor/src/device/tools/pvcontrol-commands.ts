/** What a command of pvcontrol asks of the control socket. */
export type PvcontrolPlan =
  | { readonly kind: "request"; readonly request: PlannedRequest }
  /** A stop, and only if that is taken, a start. */
  | { readonly kind: "restart-daemon"; readonly name: string }
  | { readonly kind: "get-object"; readonly sha256: string }
  | { readonly kind: "put-object"; readonly path: string; readonly sha256: string }
  | { readonly kind: "put-step"; readonly path: string; readonly revision: string }
  | { readonly kind: "install"; readonly archive: string; readonly revision: string | undefined };

export interface PlannedRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: string;
}

/** One sub-command: its words as usage shows them, and what it does with its arguments; `undefined`: arguments are missing. */
interface SubCommand {
  readonly usage: string;
  readonly plan: (args: readonly string[]) => PvcontrolPlan | undefined;
}

export type SubCommands = Readonly<Record<string, SubCommand>>;

const asks = (method: PlannedRequest["method"], path: string, body?: string): PvcontrolPlan => ({
  kind: "request",
  request: body === undefined ? { method, path } : { method, path, body },
});

const get = (path: string): SubCommand => ({ usage: "", plan: () => asks("GET", path) });

/** Needs its first argument; an empty one is as good as none. */
const named = (
  usage: string,
  plan: (name: string, rest: readonly string[]) => PvcontrolPlan | undefined,
): SubCommand => ({
  usage,
  plan: ([name = "", ...rest]) => (name === "" ? undefined : plan(name, rest)),
});

const acts = (folder: string, action: string): SubCommand =>
  named("<name>", (name) => asks("PUT", `${folder}/${name}`, JSON.stringify({ action })));

const commands = (op: string, payload: string): PvcontrolPlan =>
  asks("POST", "/commands", JSON.stringify({ op, payload }));
const plainCommand = (op: string): SubCommand => ({ usage: "", plan: () => commands(op, "") });
const withMessage = (op: string, usage: string): SubCommand => ({ usage, plan: ([text = ""]) => commands(op, text) });

const signals = (type: string): SubCommand => ({
  usage: "",
  plan: () => asks("POST", "/signal", JSON.stringify({ type, payload: "" })),
});

const metadata = (
  path: string,
): { readonly ls: SubCommand; readonly save: SubCommand; readonly delete: SubCommand } => {
  const save = named("<key> [value]", (key, [value = ""]) => asks("PUT", `${path}/${key}`, value));
  return { ls: get(path), save, delete: named("<key>", (key) => asks("DELETE", `${path}/${key}`)) };
};

const deviceMeta = metadata("/device-meta");

const containers: SubCommands = {
  ls: get("/containers"),
  start: acts("/containers", "start"),
  stop: acts("/containers", "stop"),
  restart: acts("/containers", "restart"),
};

/** All commands with their sub-commands. */
export const PVCONTROL_COMMANDS: Readonly<Record<string, SubCommands>> = {
  containers,
  groups: { ls: get("/groups") },
  signal: { ready: signals("ready"), alive: signals("alive") },
  cmd: {
    run: named("<revision>", (revision) => commands("LOCAL_RUN", revision)),
    "run-commit": named("<revision>", (revision) => commands("LOCAL_RUN_COMMIT", revision)),
    reboot: withMessage("REBOOT_DEVICE", "[message]"),
    poweroff: withMessage("POWEROFF_DEVICE", "[message]"),
    "make-factory": withMessage("MAKE_FACTORY", "[revision]"),
    "run-gc": plainCommand("RUN_GC"),
    "enable-ssh": plainCommand("ENABLE_SSH"),
    "disable-ssh": plainCommand("DISABLE_SSH"),
    "go-remote": plainCommand("GO_REMOTE"),
    unclaim: plainCommand("UNCLAIM"),
    "defer-reboot": named("<seconds>", (seconds) => commands("DEFER_REBOOT", seconds)),
  },
  usrmeta: metadata("/user-meta"),
  devmeta: { ...deviceMeta, upload: deviceMeta.save },
  buildinfo: {},
  objects: {
    ls: get("/objects"),
    get: named("<sha256>", (sha256) => ({ kind: "get-object", sha256 })),
    put: named("<path> <sha256>", (path, [sha256 = ""]) =>
      sha256 === "" ? undefined : { kind: "put-object", path, sha256 },
    ),
  },
  steps: {
    ls: get("/steps"),
    get: named("<revision>", (revision) => asks("GET", `/steps/${revision}`)),
    "show-progress": named("<revision>", (revision) => asks("GET", `/steps/${revision}/progress`)),
    put: named("<path> <revision>", (path, [revision = ""]) =>
      revision === "" ? undefined : { kind: "put-step", path, revision },
    ),
    install: named("<archive.tgz> [revision]", (archive, [revision = ""]) => ({
      kind: "install",
      archive,
      revision: revision === "" ? undefined : revision,
    })),
  },
  config: { ls: get("/config") },
  conf: { ls: get("/config2") },
  graph: { ls: get("/xconnect-graph") },
  daemons: {
    ls: get("/daemons"),
    start: acts("/daemons", "start"),
    stop: acts("/daemons", "stop"),
    restart: named("<name>", (name) => ({ kind: "restart-daemon", name })),
  },
  storage: { gc: { usage: "", plan: () => asks("POST", "/storage/gc") } },
};

/** Other spellings of the same command. */
const ALIASES: Readonly<Record<string, string>> = {
  container: "containers",
  command: "cmd",
  commands: "cmd",
  configuration: "conf",
};

/** Commands that take nothing: what they ask for, and whose usage is shown if they are given something. */
const ALONE: Readonly<Record<string, { readonly path: string; readonly command: string }>> = {
  ls: { path: "/containers", command: "ls" },
  list: { path: "/containers", command: "ls" },
  buildinfo: { path: "/buildinfo", command: "buildinfo" },
};

/** Commands as the general usage lists them. */
export const LISTED = ["ls", ...Object.keys(PVCONTROL_COMMANDS).filter((name) => name !== "config")];

export type Planned =
  | { readonly kind: "plan"; readonly plan: PvcontrolPlan }
  /** Usage of that level, with the exit code it is shown for. */
  | { readonly kind: "usage"; readonly command: string | undefined; readonly exit: 0 | 1 };

/** What the words after the options ask for. */
export function planPvcontrol(words: readonly string[]): Planned {
  const [first = "", second = "", ...args] = words;
  const alone = ALONE[first];
  if (alone !== undefined && second === "") return planned(asks("GET", alone.path));
  if (alone !== undefined) return { kind: "usage", command: alone.command, exit: second === "--help" ? 0 : 1 };
  const command = ALIASES[first] ?? first;
  const known = Object.hasOwn(PVCONTROL_COMMANDS, command) ? PVCONTROL_COMMANDS[command] : undefined;
  if (known === undefined) return { kind: "usage", command: undefined, exit: first === "--help" ? 0 : 1 };
  if (second === "--help") return { kind: "usage", command, exit: 0 };
  const sub = second === "list" ? "ls" : second;
  const plan = Object.hasOwn(known, sub) ? known[sub]?.plan(args) : undefined;
  return plan === undefined ? { kind: "usage", command, exit: 1 } : planned(plan);
}

const planned = (plan: PvcontrolPlan): Planned => ({ kind: "plan", plan });

/** The usage of a command, or of all. */
export function pvcontrolUsage(command: string | undefined): string {
  const known = command === "ls" ? {} : command === undefined ? undefined : PVCONTROL_COMMANDS[command];
  if (command === undefined || known === undefined) {
    return `Usage: pvcontrol [-h] [-v] [-s <socket>] [-f <file>] [-m <message>] <${LISTED.join("|")}> ...\nExample: pvcontrol -s storage/pantavisor/pv-ctrl devmeta save mykey myvalue\n`;
  }
  const lines = Object.entries(known).map(([name, { usage }]) => `  pvcontrol ${command} ${name} ${usage}`.trimEnd());
  return `Usage:\n${(lines.length === 0 ? [`  pvcontrol ${command}`] : lines).join("\n")}\n`;
}
