import type { JsonObject } from "@understudy/kernel";
import { type DeviceResource, deviceResource } from "../../wire/pantahub/device-resource.ts";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import { type Hub, shownTime } from "../hub.ts";
import { type DeviceReportRow, type DeviceRow, deviceReportTable } from "../tables/device-rows.ts";

/** What of a device is shown. */
export interface DeviceView {
  readonly secret: boolean;
  readonly challenge: boolean;
  /** Both metadata maps; without them they are shown as empty. */
  readonly metadata: boolean;
}

/** For the answers to changes by the owner, and to registration. */
export const WHOLE_VIEW: DeviceView = { secret: true, challenge: true, metadata: true };
/** For the owner and the device itself. */
export const OWN_VIEW: DeviceView = { secret: false, challenge: true, metadata: true };
/** For anybody with a token, of a public device. */
export const PUBLIC_VIEW: DeviceView = { secret: false, challenge: false, metadata: false };

const NOTHING: JsonObject = Object.freeze({});

/** A device as an answer shows it. */
export async function showDevice(hub: Hub, row: DeviceRow, view: DeviceView): Promise<DeviceResource> {
  const report = await hub.store.get(deviceReportTable, row.id);
  return deviceOf(row, report, await hub.accounts.nickOf(row.owner), view);
}

/** The same from rows that are at hand. */
export function deviceOf(
  row: DeviceRow,
  report: DeviceReportRow | undefined,
  ownerNick: string,
  view: DeviceView,
): DeviceResource {
  return deviceResource({
    id: row.id,
    prn: devicePrn(row.id),
    nick: row.nick,
    owner: row.owner,
    "owner-nick": ownerNick,
    secret: view.secret ? row.secret : "",
    "time-created": shownTime(row.created),
    "time-modified": shownTime(Math.max(row.modified, report?.modified ?? 0)),
    challenge: view.challenge ? row.challenge : "",
    public: row.public,
    "user-meta": view.metadata ? row.userMeta : NOTHING,
    "device-meta": (view.metadata ? report?.meta : undefined) ?? NOTHING,
    garbage: false,
    mark_public_processed: false,
  });
}
