import type { HttpReply, ReceivedRequest } from "@understudy/kernel";
import { done, failure, jsonText } from "../../wire/control/control-reply.ts";
import { isRecord, parseJsonOrNothing, textAt } from "../../wire/fields.ts";
import { type AutoRecovery, showBackoff } from "../../wire/state/auto-recovery.ts";
import type { Group } from "../../wire/state/system-state.ts";
import type { Core } from "../core.ts";
import type { Caller } from "./caller.ts";
import { atGoal, type ContainerRun, type ContainerStatus, type ControlModel } from "./control-model.ts";
import { asText, smallBody } from "./request-body.ts";

const NOT_LOADED = failure(500, "State not loaded yet");
const NO_SPACE = failure(507, "Not enough disk space available");
const BODY_LIMIT = 1024;
const SIGNAL_LIMIT = 4096;

/** `GET /containers`. */
export function listContainers(model: ControlModel): HttpReply {
  return model.state === undefined ? NOT_LOADED : jsonText(JSON.stringify(model.runs.map(containerLine)));
}

const containerLine = (run: ContainerRun): object => ({
  name: run.container.name,
  group: run.container.group,
  status: run.status,
  status_goal: run.container.statusGoal,
  restart_policy: run.container.restartPolicy,
  roles: run.container.isManager ? ["mgmt"] : [],
  ...recoveryLine(run.container.autoRecovery),
  ...(run.container.restartPolicy === "container" && { user_stopped: String(run.userStopped) }),
});

function recoveryLine(recovery: AutoRecovery | undefined): object {
  if (recovery === undefined || recovery.policy === "no") return {};
  return {
    auto_recovery: {
      policy: recovery.policy,
      max_retries: recovery.maxRetries,
      current_retries: 0,
      stable_timeout: recovery.stableTimeout,
      is_stable: "false",
      backoff_policy: showBackoff(recovery.backoffPolicy),
    },
  };
}

/** `GET /groups`. */
export function listGroups(model: ControlModel): HttpReply {
  return model.state === undefined
    ? NOT_LOADED
    : jsonText(JSON.stringify(model.state.groups.map((group) => groupLine(group, model.runs))));
}

const ORDER: readonly ContainerStatus[] = [
  "INSTALLED",
  "MOUNTED",
  "STARTING",
  "STARTED",
  "READY",
  "RECOVERING",
  "STOPPING",
  "STOPPED",
];

/** A group is as far as its least far container that is not at its goal; with none, it is ready. */
function groupLine(group: Group, runs: readonly ContainerRun[]): object {
  const behind = runs.filter(
    (run) => run.container.group === group.name && run.status !== atGoal(run) && !run.userStopped,
  );
  const status = ORDER.find((step) => behind.some((run) => run.status === step)) ?? "READY";
  const { autoRecovery: recovery } = group;
  return {
    name: group.name,
    status_goal: group.statusGoal,
    restart_policy: group.restartPolicy,
    status,
    ...(recovery !== undefined &&
      recovery.policy !== "no" && {
        auto_recovery: {
          max_retries: recovery.maxRetries,
          stable_timeout: recovery.stableTimeout,
          backoff_policy: showBackoff(recovery.backoffPolicy),
        },
      }),
  };
}

/** `PUT /containers/<name>`. */
export async function controlContainer(
  model: ControlModel,
  name: string,
  request: ReceivedRequest,
): Promise<HttpReply> {
  const bytes = await smallBody(request.body, BODY_LIMIT);
  if (bytes?.byteLength === 0) return failure(400, "No data");
  const run = model.runOf(name);
  if (run === undefined) return failure(404, "Container not found");
  if (run.container.restartPolicy !== "container") {
    return failure(403, "Container has restart_policy 'system' and cannot be controlled via API");
  }
  if (bytes === undefined) return NO_SPACE;
  const value = parseJsonOrNothing(asText(bytes))?.value;
  if (!isRecord(value)) return failure(400, "Invalid JSON");
  const action = textAt(value, "action");
  switch (action) {
    case undefined:
      return failure(400, "Missing 'action' field");
    case "stop":
      return stop(run);
    case "start":
      return notBegun(run)
        ? failure(400, "Container must be in STOPPED, STOPPING, or RECOVERING state to start")
        : start(run);
    case "restart":
      return notBegun(run) ? failure(400, "Container state does not allow restart") : start(run);
    default:
      return failure(400, "Invalid action. Use 'start', 'stop', or 'restart'");
  }
}

const notBegun = ({ status }: ContainerRun): boolean => status === "INSTALLED" || status === "MOUNTED";

function stop(run: ContainerRun): HttpReply {
  run.status = "STOPPED";
  run.userStopped = true;
  return done;
}

function start(run: ContainerRun): HttpReply {
  run.status = atGoal(run);
  run.userStopped = false;
  return done;
}

const UNEXPECTED = failure(500, "Signal not expected from this platform");

/**
 * `POST /signal`. On a device without a runtime the host's `ready` is taken, since scripts send it; a container's only when it has the
 * goal READY.
 */
export async function takeSignal(
  core: Core,
  model: ControlModel,
  caller: Caller,
  request: ReceivedRequest,
): Promise<HttpReply> {
  const bytes = await smallBody(request.body, SIGNAL_LIMIT);
  if (bytes === undefined) return NO_SPACE;
  core.say(`PVCONTROL SIGNAL RECEIVED: ${asText(bytes)}`);
  const value = parseJsonOrNothing(asText(bytes))?.value;
  const type = isRecord(value) ? textAt(value, "type") : undefined;
  if (type === undefined) return failure(400, "Signal has bad format");
  if (model.state === undefined) return NOT_LOADED;
  if (type !== "ready") return UNEXPECTED;
  if (caller.kind === "host") return done;
  const run = model.runOf(caller.name);
  if (run?.container.statusGoal !== "READY" || !["STARTING", "STARTED", "READY"].includes(run.status))
    return UNEXPECTED;
  run.status = "READY";
  return done;
}
