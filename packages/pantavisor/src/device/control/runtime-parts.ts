import type { HttpReply, ReceivedRequest } from "@understudy/kernel";
import { done, failure, jsonText } from "../../wire/control/control-reply.ts";
import { isRecord, parseJsonOrNothing, textAt } from "../../wire/fields.ts";
import type { Caller } from "./caller.ts";
import type { ControlModel } from "./control-model.ts";
import { asText, smallBody } from "./request-body.ts";

const BODY_LIMIT = 1024;
const STOPPED_PID = -1;

/** `GET /daemons`. */
export const listDaemons = (model: ControlModel): HttpReply =>
  jsonText(JSON.stringify(model.daemons.map(({ name, pid, respawn }) => ({ name, pid, respawn }))));

/** `PUT /daemons/<name>`. */
export async function controlDaemon(
  model: ControlModel,
  name: string,
  request: ReceivedRequest,
  strict: boolean,
): Promise<HttpReply> {
  const bytes = await smallBody(request.body, BODY_LIMIT);
  if (bytes === undefined) return failure(507, "Not enough disk space available");
  if (bytes.byteLength === 0) return failure(400, "No data");
  const daemon = model.daemons.find((one) => one.name === name);
  if (daemon === undefined) return failure(404, "Daemon not found");
  const value = parseJsonOrNothing(asText(bytes))?.value;
  if (!isRecord(value)) return failure(400, "Invalid JSON");
  switch (textAt(value, "action")) {
    case "stop":
      daemon.respawn = false;
      daemon.pid = STOPPED_PID;
      return done;
    case "start":
      daemon.respawn = true;
      if (daemon.pid === STOPPED_PID) daemon.pid = model.newPid();
      return done;
    default:
      return strict ? done : failure(400, "Invalid action. Use 'start' or 'stop'");
  }
}

/** `GET /drivers`: those of the calling container. The strict profile says `{}` for none. */
export function listDrivers(model: ControlModel, caller: Caller, strict: boolean): HttpReply {
  const run = caller.kind === "container" ? model.runOf(caller.name) : undefined;
  const known = model.state?.drivers;
  const lines =
    run === undefined
      ? []
      : (["required", "optional", "manual"] as const).flatMap((type) =>
          run.container.drivers[type].map((name) => ({
            name,
            type: type.toUpperCase(),
            status: known?.has(name) !== true ? "UNKNOWN" : type === "manual" ? "UNLOADED" : "LOADED",
          })),
        );
  return jsonText(lines.length === 0 && strict ? "{}" : JSON.stringify(lines));
}

/** `GET /xconnect-graph`: one link per requirement and export of the same name. */
export function showGraph(model: ControlModel): HttpReply {
  if (model.state === undefined) return failure(500, "State not loaded yet");
  const links = model.runs.flatMap((consumer) =>
    consumer.container.requirements.flatMap((wanted) =>
      model.runs.flatMap((provider) =>
        provider.container.exports
          .filter(({ name }) => name === wanted.name)
          .map((offered) => ({
            consumer: consumer.container.name,
            consumer_pid: consumer.pid,
            provider: provider.container.name,
            provider_pid: provider.pid,
            name: wanted.name,
            type: offered.type,
            role: wanted.role,
            interface: wanted.interface ?? offered.type,
            target: wanted.target ?? null,
            socket: offered.socket ?? null,
          })),
      ),
    ),
  );
  return jsonText(JSON.stringify(links));
}

/** `GET /wakelocks`: a board without power management. */
export const showWakelocks = (): HttpReply =>
  jsonText(
    '{"mode":"locks","count":0,"degraded":true,"autosleep":false,"settling":false,"polling":false,"run_window":false,"held":{"boot":false,"update":false,"update_check":false,"devmeta":false,"usrmeta":false,"shutdown":false,"debug_shell":false,"poll":false}}',
  );
