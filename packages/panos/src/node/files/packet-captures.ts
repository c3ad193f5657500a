import { parseIso } from "@understudy/kernel";
import { type Answer, CODES, refused, result } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { dateTime } from "../../wire/time.ts";
import { type Markup, xml } from "../../wire/xml/write.ts";
import { missing } from "../api/answer-call.ts";
import { illegal } from "../jobs/ask-calls.ts";
import { computedLogs, epochOfPcap } from "../logs/computed-logs.ts";
import type { LogEntry } from "../logs/log-entry.ts";
import type { RecordingNode } from "../node.ts";
import { file } from "./file-answer.ts";
import { type CapturedPacket, pcapFile } from "./pcap.ts";

/** Categories of exports that are packet captures. */
export const CAPTURES: ReadonlySet<string> = new Set([
  "application-pcap",
  "filter-pcap",
  "filters-pcap",
  "threat-pcap",
  "dlp-pcap",
]);

/** What a firewall's capture stages write. */
const STAGES = ["receive.pcap", "firewall.pcap", "transmit.pcap", "drop.pcap"] as const;
/** Newest connections that have a capture of their own in a day's folder. */
const PER_DAY = 5;

/**
 * Answers the export of packet captures: a list of folders or files, or with `from` one file. They are not stored: they follow from
 * the logs. Panorama has none.
 */
export function exportCapture(node: RecordingNode, category: string, call: ApiCall): Answer {
  const id = parameter(call.parameters, "pcapid") ?? parameter(call.parameters, "pcap-id");
  if (category === "threat-pcap" && id !== undefined) return threatCapture(node, id, call);
  const from = (parameter(call.parameters, "from") ?? "").replace(/^\/+/, "");
  if (category === "application-pcap") return applicationCapture(node, from);
  return stageCapture(node, category, from);
}

const isFirewall = (node: RecordingNode): boolean => node.profile.kind === "firewall";
const absent = (name: string): Answer => refused(CODES.notPresent, `${name} does not exist`);
const listing = (names: readonly string[], what: "dir" | "file"): Answer =>
  result(
    names.length === 0
      ? xml`<dir-listing/>`
      : xml`<dir-listing>${names.map((name): Markup => (what === "dir" ? xml`<dir>${name}</dir>` : xml`<file>${name}</file>`))}</dir-listing>`,
  );
const fileOf = (name: string, packets: readonly CapturedPacket[]): Answer => file(name, pcapFile(packets));

function stageCapture(node: RecordingNode, category: string, from: string): Answer {
  const stages: readonly string[] = isFirewall(node) && category.startsWith("filter") ? STAGES : [];
  if (from === "") return listing(stages, "file");
  return stages.includes(from) ? fileOf(from, newest(node, "traffic", 20).map(packetOf)) : absent(from);
}

/** Folders by day, such as `20250304`; in them a file per connection. */
function applicationCapture(node: RecordingNode, from: string): Answer {
  const days = new Map<string, LogEntry[]>();
  for (const entry of isFirewall(node) ? computedLogs(node.profile.serial, "traffic", node.now()) : []) {
    const day = dateTime(entry.at).slice(0, 10).replaceAll("/", "");
    const entries = days.get(day) ?? [];
    if (entries.length === 0) days.set(day, entries);
    if (entries.length < PER_DAY) entries.push(entry);
  }
  if (from === "") return listing([...days.keys()].toSorted(), "dir");
  const [day = "", name] = from.split("/");
  const entries = days.get(day);
  if (entries === undefined) return absent(from);
  if (name === undefined || name === "") return listing(entries.map(nameOf), "file");
  const entry = entries.find((candidate) => nameOf(candidate) === name);
  return entry === undefined ? absent(from) : fileOf(name, [packetOf(entry)]);
}

const nameOf = ({ fields }: LogEntry): string => `${fields.app}-${fields.sessionid}.pcap`;

/** The capture that a threat log names, when it lies between five minutes before and two hours after the time of the search. */
function threatCapture(node: RecordingNode, id: string, call: ApiCall): Answer {
  const epoch = epochOfPcap(id);
  if (epoch === undefined) return illegal("pcapid", id);
  const given = parameter(call.parameters, "search-time") ?? "";
  if (given === "") return missing("search-time");
  const searched = parseIso(`${given.trim().replaceAll("/", "-").replace(" ", "T")}Z`);
  if (searched === undefined) return illegal("search-time", given);
  const [earliest, latest] = [searched - 5 * 60_000, searched + 2 * 3_600_000];
  const isNear = epoch >= earliest && epoch <= latest;
  const entry =
    isNear && isFirewall(node)
      ? computedLogs(node.profile.serial, "threat", node.now()).find(({ fields }) => fields.pcap_id === id)
      : undefined;
  return entry === undefined ? absent(`${id}.pcap`) : fileOf(`${id}.pcap`, [packetOf(entry)]);
}

const newest = (node: RecordingNode, type: string, count: number): readonly LogEntry[] =>
  computedLogs(node.profile.serial, type, node.now()).take(count).toArray().toReversed();

const packetOf = ({ at, fields }: LogEntry): CapturedPacket => ({
  at,
  source: fields.src ?? "0.0.0.0",
  destination: fields.dst ?? "0.0.0.0",
  sourcePort: Number(fields.sport ?? 0),
  destinationPort: Number(fields.dport ?? 0),
});
