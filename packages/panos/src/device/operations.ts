import { createHash } from "node:crypto";
import type { Job } from "../node/jobs/job.ts";
import type { NodeState } from "../node/state.ts";
import type { Operation } from "../wire/link/panorama-frames.ts";

/** What has begun or ended between two states, as Panorama's book of operations wants it. */
export function operationChanges(serial: string, before: NodeState, after: NodeState): readonly Operation[] {
  const changes: Operation[] = [];
  if (before.jobs !== after.jobs) {
    const known = new Map(before.jobs.map((job) => [job.id, job]));
    for (const job of after.jobs) {
      const old = known.get(job.id);
      const operation = old === job ? undefined : ofJob(serial, after, job);
      if (operation !== undefined && (old?.started !== job.started || old?.end !== job.end)) changes.push(operation);
    }
    for (const job of before.jobs) {
      const operation = after.jobs.length === 0 && job.end === undefined ? ofJob(serial, before, job) : undefined;
      if (operation !== undefined)
        changes.push({ ...operation, completedAt: operation.startedAt, error: "the firewall went down" });
    }
  }
  const reboot = before.power === after.power ? undefined : ofReboot(serial, before, after);
  return reboot === undefined ? changes : [...changes, reboot];
}

/** What is under way: told again after a connection was lost. A firewall that has just come up tells that its reboot has ended. */
export function unfinishedOperations(serial: string, node: NodeState): readonly Operation[] {
  const running = node.jobs.flatMap((job) => (job.end === undefined ? (ofJob(serial, node, job) ?? []) : []));
  if (node.lastReboot === undefined) return running;
  const ended = {
    id: rebootId(serial, node.reboots),
    kind: "reboot",
    version: node.version,
    startedAt: node.lastReboot,
    lengthMs: 0,
    completedAt: node.lastReboot,
  } as const;
  return [...running, ended];
}

function ofJob(serial: string, node: NodeState, job: Job): Operation | undefined {
  const { task } = job;
  if (task.kind !== "download" && task.kind !== "install") return undefined;
  const operation = {
    id: operationId(`${serial}-${node.reboots}-${job.id}`),
    kind: task.kind,
    version: task.version,
    startedAt: job.started ?? job.enqueued,
    lengthMs: job.length,
  };
  if (job.end === undefined) return operation;
  return {
    ...operation,
    completedAt: job.end.at,
    ...(job.end.result === "FAIL" ? { error: job.end.details.join(" ") } : {}),
  };
}

function ofReboot(serial: string, before: NodeState, after: NodeState): Operation | undefined {
  const id = rebootId(serial, before.reboots + 1);
  const version = before.staged ?? before.version;
  if (after.power.name === "closing" && after.power.outcome === "reboot")
    return { id, kind: "reboot", version, startedAt: after.power.at, lengthMs: 0 };
  if (before.power.name !== "closing" || before.power.outcome !== "reboot") return undefined;
  const startedAt = before.power.at;
  if (after.power.name === "rebooting")
    return { id, kind: "reboot", version, startedAt, lengthMs: after.power.upAt - startedAt };
  if (after.power.name === "lost")
    return {
      id,
      kind: "reboot",
      version,
      startedAt,
      lengthMs: 0,
      completedAt: startedAt,
      error: "the firewall did not come back",
    };
  return undefined;
}

const rebootId = (serial: string, number: number): string => operationId(`${serial}-reboot-${number}`);

/** A UUID that follows from a name, so that it is the same when the operation is told again after a restart. */
function operationId(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex");
  const variant = "89ab".charAt(Number.parseInt(digest.charAt(16), 16) & 3);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
