import { messageOf, WireError } from "@understudy/kernel";
import { deviceStatus } from "../../wire/cloud/device-status.ts";
import { parseDeviceTopic } from "../../wire/cloud/device-topics.ts";
import { stateReport } from "../../wire/cloud/state-report.ts";
import { readPayload } from "../../wire/mqtt/payload.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { setOnline } from "../fleet/presence.ts";
import type { Message } from "../mqtt/broker-host.ts";
import { takeReport } from "./take-report.ts";

/** Whose message it is, its topic alone says: what a payload claims must agree. What cannot be read is logged and dropped. */
export async function takeMessage(parts: CloudParts, message: Message): Promise<void> {
  const to = parseDeviceTopic(message.topic);
  if (to === undefined) return;
  try {
    if (to.rest === "state") await takeState(parts, to.uuid, message);
    else if (to.rest === "status") await takeStatus(parts, to.uuid, message);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    parts.world.log.warn("a message cannot be read and is dropped", { topic: message.topic, reason: messageOf(error) });
  }
}

async function takeState(parts: CloudParts, uuid: string, message: Message): Promise<void> {
  const addressed = stateReport.parse(readPayload(message.payload, "report"));
  if (addressed.uuid !== uuid) {
    parts.world.log.warn("a report for another device is dropped", { uuid });
    return;
  }
  await takeReport(parts, uuid, addressed.report);
}

async function takeStatus(parts: CloudParts, uuid: string, message: Message): Promise<void> {
  const isOnline = deviceStatus.parse(readPayload(message.payload, "status")).status === "online";
  parts.fleet.linked(uuid, isOnline);
  await setOnline(parts, uuid, isOnline);
}
