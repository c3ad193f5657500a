import type { ApiTable } from "../node/api/answer-call.ts";
import { configBehaviors } from "../node/behaviours/config.ts";
import { jobBehaviors } from "../node/behaviours/jobs.ts";
import { lockBehaviors } from "../node/behaviours/locks.ts";
import { softwareBehaviors } from "../node/behaviours/software.ts";
import { systemBehaviors } from "../node/behaviours/system.ts";
import { answerCommit } from "../node/config/commit-calls.ts";
import { answerConfig } from "../node/config/config-calls.ts";
import type { Behavior } from "../node/node.ts";
import { result } from "../wire/api/answer.ts";
import { commandTree } from "../wire/api/command.ts";
import { xml } from "../wire/xml/write.ts";
import { deviceBehaviors } from "./behaviours/devices.ts";
import type { RunningPanorama } from "./running-panorama.ts";

const tellsNoHa: Behavior<RunningPanorama> = {
  on: "show.high-availability.state",
  handle: () => result(xml`<enabled>no</enabled>`),
};

const behaviors: readonly Behavior<RunningPanorama>[] = [
  ...systemBehaviors,
  ...jobBehaviors,
  ...softwareBehaviors,
  ...configBehaviors,
  ...lockBehaviors,
  ...deviceBehaviors,
  tellsNoHa,
];

/** All that a Panorama answers itself. */
export const PANORAMA_API: ApiTable<RunningPanorama> = Object.freeze({
  commands: commandTree(behaviors.map((behavior) => [behavior.on, behavior] as const)),
  types: { config: answerConfig, commit: answerCommit },
  unknown: (panorama: RunningPanorama, path: readonly string[]) =>
    panorama.world.events.emit("unknown-command", {}, { command: path.join(" ") }),
});
