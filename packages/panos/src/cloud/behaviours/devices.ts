import { between, type Duration, type Instant } from "@understudy/kernel";
import type { Behavior } from "../../node/node.ts";
import { familyOf, macAddress } from "../../node/profile.ts";
import type { Answer } from "../../wire/api/answer.ts";
import { devicesMessage, type ListedDevice } from "../../wire/messages/devices.ts";
import { SyncStatuses } from "../push/sync-status.ts";
import type { RunningPanorama } from "../running-panorama.ts";
import type { DeviceRow } from "../tables.ts";

/** A firewall as Panorama lists it. */
export function listed(
  row: DeviceRow,
  connected: boolean,
  now: Instant,
  policyStatus: ListedDevice["policyStatus"],
): ListedDevice {
  const { facts } = row;
  const up = connected && facts !== null ? between(facts.bootedAt as Instant, now) : (0 as Duration); // an instant, as the firewall told it
  return {
    serial: row.serial,
    connected,
    hostname: row.hostname,
    ipAddress: row.ip_text,
    macAddress: facts?.macAddress ?? macAddress(row.serial, 0),
    uptime: up,
    family: familyOf(row.model),
    model: row.model,
    version: facts?.version ?? "",
    appVersion: facts?.appVersion ?? "",
    ...(row.connected_at === null ? {} : { connectedAt: row.connected_at as Instant }), // written from an instant
    ...(facts?.haState === undefined || facts.haPeer === undefined
      ? {}
      : { ha: { state: facts.haState, peerSerial: facts.haPeer } }),
    policyStatus,
  };
}

const list = (panorama: RunningPanorama, which: (connected: boolean) => boolean): Answer => ({
  kind: "pieces",
  pieces: devicesMessage.pieces(devicesOf(panorama, which)),
});

/** Each as it is when its turn comes. */
function* devicesOf(panorama: RunningPanorama, which: (connected: boolean) => boolean): Generator<ListedDevice> {
  const now = panorama.now();
  const statuses = new SyncStatuses(panorama);
  for (const { row, connected } of panorama.registry.entries())
    if (which(connected)) yield listed(row, connected, now, statuses.policy(row.serial));
}

export const deviceBehaviors: readonly Behavior<RunningPanorama>[] = [
  { on: "show.devices.all", handle: (panorama) => list(panorama, () => true) },
  { on: "show.devices.connected", handle: (panorama) => list(panorama, (connected) => connected) },
];
