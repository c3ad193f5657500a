import type { ApiTable } from "../node/api/answer-call.ts";
import { everyNodeBehaviors } from "../node/behaviours/every-node.ts";
import { answerConfig } from "../node/config/config-calls.ts";
import { answerImport } from "../node/files/import-calls.ts";
import { audited } from "../node/logs/audited.ts";
import { logged } from "../node/logs/logged.ts";
import type { Behavior } from "../node/node.ts";
import { recordTypes } from "../node/record-types.ts";
import { answerUserId } from "../node/user-id/user-id-calls.ts";
import { commandTree } from "../wire/api/command.ts";
import { batchBehaviors } from "./behaviours/batch.ts";
import { deviceBehaviors } from "./behaviours/devices.ts";
import { groupBehaviors } from "./behaviours/groups.ts";
import { haBehaviors } from "./behaviours/high-availability.ts";
import { panoramaInterfaceBehaviors } from "./behaviours/interfaces.ts";
import { onlyActive, onlyOnActive } from "./pair/only-active.ts";
import { answerPanoramaCommit } from "./push/push-calls.ts";
import type { RunningPanorama } from "./running-panorama.ts";

const behaviors: readonly Behavior<RunningPanorama>[] = [
  ...everyNodeBehaviors,
  ...deviceBehaviors,
  ...groupBehaviors,
  ...haBehaviors,
  ...batchBehaviors,
  ...panoramaInterfaceBehaviors,
];

/** All that a Panorama answers itself. */
export const PANORAMA_API: ApiTable<RunningPanorama> = Object.freeze({
  commands: commandTree(
    behaviors
      .map(onlyOnActive)
      .map(audited)
      .map((behavior) => [behavior.on, behavior] as const),
  ),
  types: {
    ...recordTypes,
    import: onlyActive(answerImport),
    config: onlyActive(logged("config", answerConfig)),
    commit: onlyActive(logged("commit", answerPanoramaCommit)),
    "user-id": answerUserId,
  },
  unknown: (panorama: RunningPanorama, path: readonly string[]) =>
    panorama.world.events.emit("unknown-command", {}, { command: path.join(" ") }),
});
