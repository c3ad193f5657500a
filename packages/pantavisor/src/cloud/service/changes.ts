import { type HttpReply, jsonReply, parseIso, parseQuery } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { OWN_VIEW, showDevice } from "../devices/device-view.ts";
import { baseUrl } from "../http/base-url.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, shownTime } from "../hub.ts";
import { type DeviceRow, deviceReportTable } from "../tables/device-rows.ts";
import { stepTable, type TrailRow } from "../tables/trail-rows.ts";
import { stepResource, trailResource } from "../trails/trail-view.ts";

const DEFAULT_SIZE = 50;
const MAX_SIZE = 250;

/** Something of the caller's, and when it last changed. */
interface Changed {
  readonly at: number;
  show(): Promise<unknown>;
}

/** `GET /changes/devices`, `…/trails`, `…/steps`: the caller's own, oldest change first, for programs that poll. */
export async function changes(hub: Hub, call: Call<{ of: string }>, caller: Caller): Promise<HttpReply> {
  if (caller.device !== "") throw new Refusal(403, "Only users have changes");
  const query = parseQuery(call.search);
  const size = Math.min(MAX_SIZE, numberOf(query["page[size]"]));
  const [after, before] = [timeOf(query["page[after]"]), timeOf(query["page[before]"])];
  const all = (await changedOf(hub, call.params.of, caller.prn))
    .filter(({ at }) => (after === undefined || at > after) && (before === undefined || at < before))
    .sort((a, b) => a.at - b.at);
  const page = before === undefined ? all.slice(0, size) : all.slice(-size);
  const base = `${baseUrl(hub, call.request)}/changes/${call.params.of}?page[size]=${size}`;
  const link = (name: string, entry: Changed | undefined): string =>
    entry === undefined ? "" : `${base}&page[${name}]=${shownTime(entry.at)}`;
  const data = await Promise.all(page.map((entry) => entry.show()));
  return jsonReply({ links: { next: link("after", page.at(-1)), prev: link("before", page[0]) }, data });
}

async function changedOf(hub: Hub, of: string, owner: string): Promise<readonly Changed[]> {
  if (of === "devices")
    return Promise.all((await hub.find.devicesOfOwner.all([owner])).map((row) => changedDevice(hub, row)));
  const trails = await hub.find.trailsOfOwner.all([owner]);
  if (of === "trails") return Promise.all(trails.map((trail) => changedTrail(hub, trail)));
  if (of !== "steps") throw new Refusal(404, "Changes are of devices, trails or steps");
  return (await Promise.all(trails.map((trail) => changedSteps(hub, trail)))).flat();
}

async function changedDevice(hub: Hub, row: DeviceRow): Promise<Changed> {
  const report = await hub.store.get(deviceReportTable, row.id);
  return { at: Math.max(row.modified, report?.modified ?? 0), show: () => showDevice(hub, row, OWN_VIEW) };
}

async function changedTrail(hub: Hub, trail: TrailRow): Promise<Changed> {
  const factory = await hub.store.get(stepTable, trail.id, 0);
  return { at: Math.max(trail.touched, factory?.created ?? 0), show: async () => trailResource(trail, factory) };
}

async function changedSteps(hub: Hub, trail: TrailRow): Promise<readonly Changed[]> {
  const steps = await hub.find.stepsOfTrail.all([trail.id]);
  return steps.map((step) => ({ at: step.modified, show: async () => stepResource(trail, step) }));
}

type Value = string | readonly string[] | undefined;

function numberOf(value: Value): number {
  if (value === undefined) return DEFAULT_SIZE;
  if (typeof value !== "string" || !/^\d{1,6}$/.test(value)) throw new Refusal(400, "page[size] is no number");
  return Number(value);
}

function timeOf(value: Value): number | undefined {
  if (value === undefined || value === "") return undefined;
  const time = typeof value === "string" ? parseIso(value) : undefined;
  if (time === undefined) throw new Refusal(400, "A page begins at an RFC 3339 time");
  return time;
}
