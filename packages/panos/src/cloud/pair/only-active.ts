import type { Behavior, Caller } from "../../node/node.ts";
import { type Answer, CODES, refused } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import type { RunningPanorama } from "../running-panorama.ts";

type Answers = (panorama: RunningPanorama, call: ApiCall, caller: Caller) => Answer | Promise<Answer>;

const PASSIVE = refused(CODES.denied, "Operation not allowed on a Panorama that is not the active one of its pair");

const READS: ReadonlySet<string | undefined> = new Set(["get", "show", "complete"]);

/** Files that become part of the configuration. */
const CONFIGURING: ReadonlySet<string | undefined> = new Set([
  "certificate",
  "keypair",
  "private-key",
  "configuration",
  "device-state",
]);

/** Operational commands that change the configuration, or what is kept of it. */
const COMMANDS: ReadonlySet<string> = new Set([
  "load.config.from",
  "save.config.to",
  "delete.config.saved",
  "revert.config",
  "request.move-dg",
  "set.audit-comment",
]);

/** Only the active Panorama of a pair takes changes of the configuration and pushes it; either may be read. */
export const onlyActive =
  (answers: Answers): Answers =>
  (panorama, call, caller) =>
    panorama.takesChanges || isRead(call) ? answers(panorama, call, caller) : PASSIVE;

function isRead({ parameters }: ApiCall): boolean {
  const type = parameter(parameters, "type");
  if (type === "import") return !CONFIGURING.has(parameter(parameters, "category"));
  return type === "config" && READS.has(parameter(parameters, "action"));
}

/** {@link onlyActive} for an operational command. */
export const onlyOnActive = (behavior: Behavior<RunningPanorama>): Behavior<RunningPanorama> =>
  COMMANDS.has(behavior.on)
    ? {
        on: behavior.on,
        handle: (panorama, command, caller) =>
          panorama.takesChanges ? behavior.handle(panorama, command, caller) : PASSIVE,
      }
    : behavior;
