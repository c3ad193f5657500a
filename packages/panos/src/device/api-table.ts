import type { ApiTable } from "../node/api/answer-call.ts";
import { configBehaviors } from "../node/behaviours/config.ts";
import { jobBehaviors } from "../node/behaviours/jobs.ts";
import { lockBehaviors } from "../node/behaviours/locks.ts";
import { softwareBehaviors } from "../node/behaviours/software.ts";
import { systemBehaviors } from "../node/behaviours/system.ts";
import { answerCommit } from "../node/config/commit-calls.ts";
import { answerConfig } from "../node/config/config-calls.ts";
import type { Behavior } from "../node/node.ts";
import { commandTree } from "../wire/api/command.ts";
import { haBehaviors } from "./behaviours/high-availability.ts";
import type { RunningFirewall } from "./running-firewall.ts";

const behaviors: readonly Behavior<RunningFirewall>[] = [
  ...systemBehaviors,
  ...jobBehaviors,
  ...softwareBehaviors,
  ...configBehaviors,
  ...lockBehaviors,
  ...haBehaviors,
];

/** All that a firewall answers. */
export const FIREWALL_API: ApiTable<RunningFirewall> = Object.freeze({
  commands: commandTree(behaviors.map((behavior) => [behavior.on, behavior] as const)),
  types: { config: answerConfig, commit: answerCommit },
  unknown: (firewall: RunningFirewall, path: readonly string[]) =>
    firewall.world.events.emit("unknown-command", {}, { command: path.join(" ") }),
});
