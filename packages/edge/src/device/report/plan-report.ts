import type { JsonObject } from "@understudy/kernel";
import type { StateReport } from "../../wire/cloud/state-report.ts";
import type { Metrics } from "./measure.ts";

/** What a report tells besides metrics. */
export interface Observed {
  readonly apps: JsonObject;
  readonly version: number;
  readonly config: JsonObject;
  readonly osVersion: string;
  readonly agentVersion: string;
}

/**
 * The report to send, given what the cloud was last told; `undefined` when there is nothing to tell. `told` undefined: the
 * first report since boot or after a long outage, which tells everything. Apps and config count as changed when they are
 * other objects: whoever replaces them does so because they differ.
 */
export function planReport(
  told: Observed | undefined,
  now: Observed,
  metrics: Metrics | undefined,
): StateReport | undefined {
  const same =
    told !== undefined && told.apps === now.apps && told.version === now.version && told.config === now.config;
  const sameVersions = told?.osVersion === now.osVersion && told.agentVersion === now.agentVersion;
  if (same && sameVersions && metrics === undefined) return undefined;
  return {
    apps: now.apps,
    is_online: true,
    version: now.version,
    ...(told?.config === now.config ? {} : { config: now.config }),
    ...(told?.osVersion === now.osVersion ? {} : { os_version: now.osVersion }),
    ...(told?.agentVersion === now.agentVersion ? {} : { agent_version: now.agentVersion }),
    ...metrics,
  };
}

/** What is kept of a report that could not be sent: without what is bulky and soon out of date. */
export function stripReport(report: StateReport): StateReport {
  const { top_processes: _processes, network_interfaces: _interfaces, sensor_health: _health, ...kept } = report;
  return kept;
}
