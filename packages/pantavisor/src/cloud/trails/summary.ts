import { type HttpReply, parseQuery } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import { NEVER, NO_PROGRESS_TIME } from "../../wire/pantahub/step-resource.ts";
import type { SummaryResource } from "../../wire/pantahub/summary-resource.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, shownTime } from "../hub.ts";
import { deviceReportTable, deviceTable } from "../tables/device-rows.ts";
import { stepTable, type TrailRow } from "../tables/trail-rows.ts";
import { canonicalReplyOf } from "./canonical-reply.ts";
import { knownTrail, partIn } from "./trail-access.ts";

/** `GET /trails/summary`: the caller's own trails, newest `timestamp` first unless `sort` says otherwise. */
export async function listSummaries(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  if (caller.device !== "") throw new Refusal(403, "Only users have summaries");
  const query = parseQuery(call.search);
  const trails = await hub.find.trailsOfOwner.all([caller.prn]);
  const summaries = await Promise.all(trails.map((trail) => summaryOf(hub, trail)));
  const wanted = summaries.filter(matching(query["filter"]));
  return canonicalReplyOf(wanted.sort(order(query["sort"])));
}

/** `GET /trails/:id/summary` */
export async function getSummary(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  if (caller.device !== "") throw new Refusal(403, "Only users have summaries");
  const trail = await knownTrail(hub, call.params.id);
  if ((await partIn(hub, trail, caller)) === "nobody") throw new Refusal(403, "The trail belongs to somebody else");
  return canonicalReplyOf(await summaryOf(hub, trail));
}

async function summaryOf(hub: Hub, trail: TrailRow): Promise<SummaryResource> {
  const device = await hub.store.get(deviceTable, trail.id);
  const report = await hub.store.get(deviceReportTable, trail.id);
  const step = trail.shown < 0 ? undefined : await hub.store.get(stepTable, trail.id, trail.shown);
  const contact = hub.contacts.of(trail.id);
  return {
    device: devicePrn(trail.id),
    "device-nick": device?.nick ?? "",
    deviceid: trail.id,
    "fleet-group": "",
    "fleet-location": "",
    "fleet-model": "",
    "fleet-rev": "",
    progress: step?.progress.progress ?? 0,
    "progress-revision": Math.max(0, trail.shown),
    "progress-time": shownTime(step?.progressed ?? 0, NO_PROGRESS_TIME),
    public: device?.public ?? false,
    "real-ip": contact?.remote ?? report?.remote ?? "",
    revision: trail.newest,
    "state-sha": step?.sha ?? "",
    status: step?.status ?? "",
    "status-msg": step?.progress["status-msg"] ?? "",
    "step-time": step === undefined ? NEVER : shownTime(step.created),
    timestamp: shownTime(Math.max(contact?.at ?? 0, device?.modified ?? 0, report?.modified ?? 0, trail.touched)),
    "trail-touched-time": shownTime(trail.touched),
  };
}

type Value = string | readonly string[] | undefined;

/** A JSON map of members and the values they must have. */
function matching(filter: Value): (summary: SummaryResource) => boolean {
  if (typeof filter !== "string" || filter === "") return () => true;
  let wanted: unknown;
  try {
    wanted = JSON.parse(filter);
  } catch {
    wanted = undefined;
  }
  if (typeof wanted !== "object" || wanted === null) throw new Refusal(400, "filter is not a JSON object");
  const members = Object.entries(wanted);
  return (summary) => members.every(([name, value]) => memberOf(summary, name) === value);
}

/** Members separated by commas; `-` reverses. */
function order(sort: Value): (a: SummaryResource, b: SummaryResource) => number {
  const asked = typeof sort === "string" && sort !== "" ? sort.split(",") : ["-timestamp"];
  const keys = asked.map((key) => (key.startsWith("-") ? { name: key.slice(1), sign: -1 } : { name: key, sign: 1 }));
  return (a, b) => {
    for (const { name, sign } of keys) {
      const difference = compare(memberOf(a, name), memberOf(b, name));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  };
}

const memberOf = (summary: SummaryResource, name: string): unknown =>
  Object.hasOwn(summary, name) ? summary[name as keyof SummaryResource] : undefined; // Checked.

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
