import type { Instant } from "@understudy/kernel";
import { dateTime } from "../../wire/time.ts";
import type { LogEntry } from "./log-entry.ts";
import { LOG_TYPES } from "./log-types.ts";

/** For how long computed logs reach back. */
export const COMPUTED_DAYS = 5;

const APPS = ["ssl", "web-browsing", "dns-base", "ms-update", "office365", "ntp-base", "ssh", "smtp-base"] as const;
const PORTS: Readonly<Record<string, number>> = {
  "web-browsing": 80,
  "dns-base": 53,
  "ntp-base": 123,
  ssh: 22,
  "smtp-base": 25,
};
const THREATS = [
  "SSH Brute Force Attempt(40015)",
  "HTTP SQL Injection Attempt(30514)",
  "Generic TXT Answer(14984)",
] as const;
const URLS = [
  "www.example.com/",
  "updates.example.net/index",
  "cdn.example.org/lib.js",
  "mail.example.com/inbox",
] as const;

/**
 * Logs that follow from a firewall's serial and the time, newest first: nothing is stored for them, and the same question
 * always has the same answer.
 */
export function* computedLogs(serial: string, type: string, until: Instant): Generator<LogEntry> {
  const how = Object.hasOwn(LOG_TYPES, type) ? LOG_TYPES[type] : undefined;
  if (how?.kind !== "computed") return;
  const newest = Math.floor(until / how.everyMs);
  const oldest = newest - Math.floor((COMPUTED_DAYS * 86_400_000) / how.everyMs);
  for (let seq = newest; seq > oldest; seq--) {
    const at = (seq * how.everyMs) as Instant; // a whole number of intervals since the epoch
    yield { seq, at, type, subtype: SUBTYPES[type] ?? "", fields: fieldsOf(type, dice(serial, seq), at, seq) };
  }
}

const SUBTYPES: Readonly<Record<string, string>> = {
  traffic: "end",
  threat: "vulnerability",
  url: "url",
  wildfire: "wildfire",
};

/** A number below `sides` for each throw; the same for the same serial and number. */
type Dice = (sides: number) => number;

function dice(serial: string, seq: number): Dice {
  let state = seq | 0;
  for (const char of serial) state = (Math.imul(state, 31) + char.charCodeAt(0)) | 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const pick = <T>(roll: Dice, from: readonly [T, ...T[]]): T => from[roll(from.length)] ?? from[0];

/** A capture's number holds its second in bits 25 to 56, and below something that makes it its own. */
const pcapId = (at: Instant, seq: number): string =>
  String((BigInt(Math.floor(at / 1000)) << 25n) | BigInt(seq & 0x1ffffff));

/** The instant in a capture's number; `undefined` when it is no number of 64 bits. */
export function epochOfPcap(id: string): Instant | undefined {
  if (!/^\d{1,20}$/.test(id)) return undefined;
  return (Number((BigInt(id) >> 25n) & 0xffffffffn) * 1000) as Instant; // whole seconds since the epoch
}

function fieldsOf(type: string, roll: Dice, at: Instant, seq: number): Readonly<Record<string, string>> {
  const app = type === "url" ? "web-browsing" : pick(roll, APPS);
  const sent = 200 + roll(20_000);
  const received = 300 + roll(200_000);
  const common = {
    src: `10.1.${roll(4)}.${1 + roll(250)}`,
    dst: `198.51.100.${1 + roll(250)}`,
    rule: pick(roll, ["allow-outbound", "allow-dns", "default"]),
    app,
    vsys: "vsys1",
    from: "trust",
    to: "untrust",
    inbound_if: "ethernet1/1",
    outbound_if: "ethernet1/2",
    sessionid: String(1 + roll(262_142)),
    sport: String(1024 + roll(60_000)),
    dport: String(PORTS[app] ?? 443),
    proto: app === "dns-base" || app === "ntp-base" ? "udp" : "tcp",
  };
  switch (type) {
    case "threat":
      return {
        ...common,
        action: "reset-both",
        threatid: pick(roll, THREATS),
        severity: pick(roll, ["medium", "high", "critical"]),
        direction: "client-to-server",
        pcap_id: pcapId(at, seq),
      };
    case "wildfire":
      return {
        ...common,
        action: "allow",
        misc: `file-${roll(100_000)}.exe`,
        filetype: "pe",
        filedigest: Array.from({ length: 64 }, () => roll(16).toString(16)).join(""),
        category: pick(roll, ["benign", "benign", "benign", "grayware"]),
        severity: "informational",
      };
    case "url":
      return {
        ...common,
        action: "alert",
        misc: pick(roll, URLS),
        category: "business-and-economy",
        severity: "informational",
      };
    default:
      return {
        ...common,
        action: "allow",
        bytes: String(sent + received),
        bytes_sent: String(sent),
        bytes_received: String(received),
        packets: String(4 + roll(300)),
        start: dateTime(at),
        elapsed: String(roll(120)),
        category: "any",
        session_end_reason: "tcp-fin",
      };
  }
}
