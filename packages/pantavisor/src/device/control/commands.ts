import { type HttpReply, milliseconds, type ReceivedRequest, seconds } from "@understudy/kernel";
import { type ControlCommand, readCommand } from "../../wire/control/control-json.ts";
import { alreadySo, done, failure } from "../../wire/control/control-reply.ts";
import { parseJsonOrNothing } from "../../wire/fields.ts";
import type { Core } from "../core.ts";
import { isRemote } from "../mode.ts";
import { configValue } from "./configuration.ts";
import type { ControlModel } from "./control-model.ts";
import { asText, smallBody } from "./request-body.ts";

const BODY_LIMIT = 4096;
/** A command waits for the device's next tick. */
const TICK = seconds(1);
/** Name of the wake-up at which the waiting command is carried out. */
export const COMMAND_WAKE = "command";

/** All commands, in the order in which the original compares beginnings. */
export const COMMANDS = [
  "UPDATE_METADATA",
  "REBOOT_DEVICE",
  "POWEROFF_DEVICE",
  "TRY_ONCE",
  "LOCAL_RUN",
  "MAKE_FACTORY",
  "RUN_GC",
  "ENABLE_SSH",
  "DISABLE_SSH",
  "GO_REMOTE",
  "DEFER_REBOOT",
  "LOCAL_RUN_COMMIT",
  "LOCAL_APPLY",
  "XCONNECT_GRAPH",
  "UNCLAIM",
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Accepted by the original without any effect. */
const WITHOUT_EFFECT: ReadonlySet<CommandName> = new Set<CommandName>(["TRY_ONCE", "LOCAL_APPLY", "XCONNECT_GRAPH"]);
const NOT_DURING_UPDATES: ReadonlySet<CommandName> = new Set<CommandName>([
  "REBOOT_DEVICE",
  "POWEROFF_DEVICE",
  "LOCAL_RUN",
  "LOCAL_RUN_COMMIT",
  "MAKE_FACTORY",
  "UNCLAIM",
]);

/** `POST /commands`: 200 says that the command waits for the next tick. */
export async function takeCommand(
  core: Core,
  model: ControlModel,
  request: ReceivedRequest,
  strict: boolean,
): Promise<HttpReply> {
  const bytes = await smallBody(request.body, BODY_LIMIT);
  if (bytes === undefined) return failure(507, "Not enough disk space available");
  const command = readCommand(parseJsonOrNothing(asText(bytes))?.value);
  const name = command === undefined ? undefined : nameOf(command.op, strict);
  if (command === undefined || name === undefined) return failure(400, "Command has bad format");
  if (WITHOUT_EFFECT.has(name) && !strict) return failure(409, "Command not implemented");
  const refusal = await refusalOf(core, model, name);
  if (refusal !== undefined) return refusal;
  model.command = { op: name, payload: command.payload } satisfies ControlCommand;
  core.world.clock.wake(milliseconds(TICK), { name: COMMAND_WAKE });
  return done;
}

/** The strict profile takes the first command that begins so, an empty text too. */
const nameOf = (op: string, strict: boolean): CommandName | undefined =>
  COMMANDS.find((name) => (strict ? name.startsWith(op) : name === op)) ??
  (strict ? COMMANDS.find((name) => op.startsWith(name)) : undefined);

/** Why the command cannot be taken now; the first reason counts. */
async function refusalOf(core: Core, model: ControlModel, name: CommandName): Promise<HttpReply | undefined> {
  if (name === "UPDATE_METADATA" && !isRemote(core))
    return failure(409, "Cannot do this operation while on local mode");
  if (core.info.update !== undefined && NOT_DURING_UPDATES.has(name)) {
    return failure(503, "Cannot do this operation while update is ongoing", 600);
  }
  if (name === "MAKE_FACTORY" && core.claimed)
    return failure(409, "Cannot do this operation if device is already claimed");
  if (name === "GO_REMOTE") {
    if ((await configValue(core, model, "PV_CONTROL_REMOTE")) === "0")
      return failure(409, "Cannot do this operation when remote mode is disabled by config");
    if (isRemote(core)) return alreadySo;
  }
  if (name === "DEFER_REBOOT" && (await configValue(core, model, "PV_DEBUG_SHELL")) === "0") {
    return failure(409, "Cannot do this operation when debug shell is not active");
  }
  if (name === "UNCLAIM" && !core.claimed) return alreadySo;
  return model.command === undefined ? undefined : failure(503, "A command is already in progress. Try again", 120);
}
