import { type HttpReply, jsonReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { devicePrn } from "../../wire/pantahub/prn.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, shownTime } from "../hub.ts";
import { type DeviceRow, deviceReportTable } from "../tables/device-rows.ts";
import { usageTable } from "../tables/object-rows.ts";
import { trailTable } from "../tables/trail-rows.ts";

const TOP = 5;
const MIB = 1024 ** 2;

/** `GET /dash/`: what the web page of the real service begins with. */
export async function dashboard(hub: Hub, _call: Call, caller: Caller): Promise<HttpReply> {
  if (caller.type !== "USER" && caller.type !== "SESSION") throw new Refusal(403, "Only users have a dashboard");
  const devices = await hub.find.devicesOfOwner.all([caller.prn]);
  const top = await Promise.all(devices.map((device) => activityOf(hub, device)));
  const usage = await hub.store.get(usageTable, caller.prn);
  const quota = (name: string, actual: number, max: number, unit: string) => ({
    Name: name,
    Actual: actual,
    Max: max,
    Unit: unit,
  });
  return jsonReply({
    prn: caller.prn,
    nick: caller.nick,
    subscription: {
      "plan-id": "AlphaTester",
      billing: { Type: "Monthly", AmountDue: 0, Currency: "USD", VatRegion: "World" },
      "quota-stats": {
        DEVICES: quota("DEVICES", devices.length, 0, "Piece"),
        OBJECTS: quota(
          "OBJECTS",
          Math.round((usage?.bytes ?? 0) / MIB),
          Math.round(hub.settings.quotaBytes / MIB),
          "MiB",
        ),
      },
    },
    "top-devices": top
      .sort((a, b) => b.at - a.at)
      .slice(0, TOP)
      .map(({ shown }) => shown),
  });
}

async function activityOf(hub: Hub, device: DeviceRow) {
  const report = await hub.store.get(deviceReportTable, device.id);
  const trail = await hub.store.get(trailTable, device.id);
  const at = Math.max(hub.contacts.of(device.id)?.at ?? 0, device.modified, report?.modified ?? 0);
  const prn = devicePrn(device.id);
  const status = trail?.status ?? "";
  const shown = {
    "device-id": device.id,
    nick: device.nick,
    prn,
    message: "",
    type: "INFO",
    status,
    "last-activity": shownTime(at),
  };
  return { at, shown };
}
