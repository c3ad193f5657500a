import type { Instant } from "@understudy/kernel";
import type { LogRecord } from "../../wire/logs/log-reply.ts";
import { fits } from "../../wire/logs/match.ts";
import type { LogQuery } from "../../wire/logs/query.ts";
import { dateTime } from "../../wire/time.ts";
import type { RecordingNode } from "../node.ts";
import { computedLogs } from "./computed-logs.ts";
import type { LogEntry } from "./log-entry.ts";
import { LOG_TYPES } from "./log-types.ts";

/** Computed entries a query looks at, from the newest on. Older ones are not found. */
export const MAX_SCANNED = 20_000;

export interface LookUp {
  readonly logType: string;
  readonly query: LogQuery;
  readonly count: number;
  readonly skip: number;
  readonly newestFirst: boolean;
  /** Of entries that tell the same only the first is found; absent: all are. */
  readonly unique?: boolean;
  /** What happened later is not found. */
  readonly until: Instant;
}

/** The entries of a log that fit. */
export async function lookUp(node: RecordingNode, ask: LookUp): Promise<readonly LogRecord[]> {
  const found: LogRecord[] = [];
  const last = ask.skip + ask.count;
  const seen = new Set<string>();
  let passed = 0;
  for (const entry of await candidates(node, ask)) {
    if (found.length === ask.count || passed === last) break;
    const record = recordOf(node, entry);
    if (!fits(ask.query, (field) => valuesOf(record, field))) continue;
    if (ask.unique === true && isKnown(seen, record)) continue;
    if (++passed > ask.skip) found.push(record);
  }
  return found;
}

/** Fields in which entries differ that tell the same: numbers, times and amounts. */
const OWN_FIELDS = new Set(
  "receive_time time_generated start seqno sessionid sport elapsed bytes bytes_sent bytes_received packets".split(" "),
);

/** Whether an entry tells what another one told before. */
function isKnown(seen: Set<string>, { fields }: LogRecord): boolean {
  const told = JSON.stringify(Object.entries(fields).filter(([name]) => !OWN_FIELDS.has(name)));
  return seen.size === seen.add(told).size;
}

async function candidates(node: RecordingNode, ask: LookUp): Promise<Iterable<LogEntry>> {
  const kind = Object.hasOwn(LOG_TYPES, ask.logType) ? LOG_TYPES[ask.logType]?.kind : undefined;
  if (kind === "kept") {
    const kept = await node.logs.entries();
    const all = [...kept, ...auditComments(node)]
      .filter(({ type, at }) => type === ask.logType && at <= ask.until)
      .toSorted((a, b) => a.at - b.at);
    return ask.newestFirst ? all.toReversed() : all;
  }
  if (kind !== "computed" || node.profile.kind === "panorama") return [];
  const newest = computedLogs(node.profile.serial, ask.logType, ask.until).take(MAX_SCANNED);
  return ask.newestFirst ? newest : newest.toArray().toReversed();
}

/** Comments on changes are part of the configuration log. */
const auditComments = ({ state }: RecordingNode): readonly LogEntry[] =>
  (state.auditComments ?? []).map(({ xpath, comment, admin, at }, index) => ({
    seq: index + 1,
    at,
    type: "config",
    subtype: "audit-comment",
    fields: { cmd: "audit-comment", admin, client: "Web", result: "Succeeded", path: xpath, comment },
  }));

/** An entry with what every entry has. */
function recordOf({ profile }: RecordingNode, entry: LogEntry): LogRecord {
  const time = dateTime(entry.at);
  return {
    id: entry.seq,
    fields: {
      domain: 1,
      receive_time: time,
      serial: profile.serial,
      seqno: entry.seq,
      actionflags: "0x0",
      "is-logging-service": "no",
      type: TYPE_NAMES[entry.type] ?? entry.type.toUpperCase(),
      subtype: entry.subtype,
      config_ver: 0,
      time_generated: time,
      dg_hier_level_1: 0,
      dg_hier_level_2: 0,
      dg_hier_level_3: 0,
      dg_hier_level_4: 0,
      device_name: profile.hostname,
      vsys_id: entry.fields.vsys === "vsys1" ? 1 : 0,
      ...entry.fields,
    },
  };
}

const TYPE_NAMES: Readonly<Record<string, string>> = { url: "THREAT", wildfire: "THREAT" };

/** Names that queries use for other fields. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  addr: ["src", "dst"],
  "addr.src": ["src"],
  "addr.dst": ["dst"],
  port: ["sport", "dport"],
  "port.src": ["sport"],
  "port.dst": ["dport"],
  zone: ["from", "to"],
  "zone.src": ["from"],
  "zone.dst": ["to"],
  interface: ["inbound_if", "outbound_if"],
};

function valuesOf({ fields }: LogRecord, field: string): readonly string[] {
  const names = Object.hasOwn(ALIASES, field) ? (ALIASES[field] ?? []) : [field];
  return names.flatMap((name) => (Object.hasOwn(fields, name) ? [String(fields[name])] : []));
}
