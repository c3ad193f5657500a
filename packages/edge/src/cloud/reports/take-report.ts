import { insert, type JsonObject, replace } from "@understudy/kernel";
import type { StateReport } from "../../wire/cloud/state-report.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { type CurrentRow, currents, type DeviceRow, devices } from "../tables/device-rows.ts";

const NO_CONFIG: JsonObject = Object.freeze({});

/**
 * Takes note of what a device says of itself: what a report leaves out has not changed. A report that had to wait does not
 * undo what came after it. Resolves when it is stored; false when there is no such device.
 */
export async function takeReport(parts: CloudParts, uuid: string, report: StateReport): Promise<boolean> {
  const { store, world, fleet } = parts;
  const now = world.clock.now();
  fleet.seen(uuid);
  const stored = await store.change<{ readonly device: DeviceRow; readonly current: CurrentRow } | undefined>(
    async () => {
      const device = await store.get(devices, uuid);
      if (device === undefined || device.provisioning_state !== "registered") return { writes: [], result: undefined };
      const before = await store.get(currents, uuid);
      // The row's own uuid: the one at hand may be a slice of a topic, and would keep all of it.
      const current = merge(device.uuid, before, report, now);
      const next = withVersions(device, report);
      const writes = [
        ...(before === current
          ? []
          : [before === undefined ? insert(currents, current) : replace(currents, before, current)]),
        ...(next === device ? [] : [replace(devices, device, next)]),
      ];
      return { writes, result: { device: next, current } };
    },
  );
  if (stored !== undefined) fleet.note(stored.device, stored.current);
  return stored !== undefined;
}

function merge(uuid: string, before: CurrentRow | undefined, report: StateReport, now: number): CurrentRow {
  const { apps, config, version, is_online: _online, reported_at, ...info } = report;
  if (before !== undefined && reported_at !== undefined && reported_at < before.reported_at) return before;
  return {
    device_uuid: uuid,
    apps,
    config: config ?? before?.config ?? NO_CONFIG,
    system_info: { ...before?.system_info, ...(info as JsonObject) }, // A report is a JSON object.
    version,
    reported_at: reported_at ?? now,
  };
}

function withVersions(device: DeviceRow, report: StateReport): DeviceRow {
  const os_version = report.os_version ?? device.os_version;
  const agent_version = report.agent_version ?? device.agent_version;
  if (device.is_online && os_version === device.os_version && agent_version === device.agent_version) return device;
  return { ...device, os_version, agent_version, is_online: true };
}
