import { setTimeout as sleep } from "node:timers/promises";
import type { LogEntry, PantahubUser } from "@understudy/pantavisor";
import { countOption } from "../ports.ts";
import { idIn } from "./device-name.ts";
import { type HubOptions, withHub } from "./hub-client.ts";

interface LogsOptions extends HubOptions {
  readonly lines: string;
  readonly source?: string;
  readonly level?: string;
  readonly follow?: boolean;
}

const BETWEEN_LOOKS_MS = 2_000;
const MOST_LINES = 10_000;

/** Prints what devices have logged, oldest first; with `follow` goes on until the process ends. */
export async function showLogs(device: string | undefined, options: LogsOptions): Promise<void> {
  const lines = countOption("--lines", options.lines, 1, MOST_LINES);
  await withHub(options, async (user) => {
    const query = {
      ...(device !== undefined && { dev: idIn(device) }),
      ...(options.source !== undefined && { src: options.source }),
      ...(options.level !== undefined && { lvl: options.level }),
    };
    const { entries = [] } = await user.logs({ ...query, page: String(lines) });
    const newest = entries.toReversed();
    if (options.follow !== true) return { value: newest, text: newest.map(lineOf).join("\n") };
    for (const entry of newest) print(entry, options);
    return follow(user, query, newest, options);
  });
}

/** Lines of one millisecond may come in two looks: those that were shown are known by their ids. */
async function follow(
  user: PantahubUser,
  query: Readonly<Record<string, string>>,
  shown: readonly LogEntry[],
  options: LogsOptions,
): Promise<never> {
  let last = shown.at(-1)?.["time-created"];
  let seen = new Set(shown.map(({ id }) => id));
  for (;;) {
    await sleep(BETWEEN_LOOKS_MS);
    const since = last === undefined ? undefined : { after: new Date(Date.parse(last) - 1).toISOString() };
    const { entries = [] } = await user.logs({ ...query, ...since, sort: "time-created", page: String(MOST_LINES) });
    for (const entry of entries) if (!seen.has(entry.id)) print(entry, options);
    if (entries.length === 0) continue;
    last = entries.at(-1)?.["time-created"];
    seen = new Set(entries.map(({ id }) => id));
  }
}

const print = (entry: LogEntry, { json }: LogsOptions): void =>
  void process.stdout.write(`${json === true ? JSON.stringify(entry) : lineOf(entry)}\n`);

function lineOf(entry: LogEntry): string {
  const at = entry.tsec === undefined ? entry["time-created"] : new Date(entry.tsec * 1_000).toISOString();
  const device = entry.dev?.split("/").at(-1) ?? "";
  return [at, device, entry.src ?? "", entry.lvl ?? "", entry.msg ?? ""].join("\t");
}
