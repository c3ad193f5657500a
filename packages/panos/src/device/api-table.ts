import type { ApiTable } from "../node/api/answer-call.ts";
import { everyNodeBehaviors } from "../node/behaviours/every-node.ts";
import { answerCommit } from "../node/config/commit-calls.ts";
import { answerConfig } from "../node/config/config-calls.ts";
import { audited } from "../node/logs/audited.ts";
import { logged } from "../node/logs/logged.ts";
import type { Behavior } from "../node/node.ts";
import { recordTypes } from "../node/record-types.ts";
import { answerUserId } from "../node/user-id/user-id-calls.ts";
import { commandTree } from "../wire/api/command.ts";
import { bgpBehaviors } from "./behaviours/bgp.ts";
import { haBehaviors } from "./behaviours/high-availability.ts";
import { innerStateBehaviors } from "./behaviours/inner-state.ts";
import { interfaceBehaviors } from "./behaviours/interfaces.ts";
import { routingBehaviors } from "./behaviours/routing.ts";
import { sessionBehaviors } from "./behaviours/sessions.ts";
import { tunnelBehaviors } from "./behaviours/tunnels.ts";
import type { RunningFirewall } from "./running-firewall.ts";

const behaviors: readonly Behavior<RunningFirewall>[] = [
  ...innerStateBehaviors,
  ...everyNodeBehaviors,
  ...haBehaviors,
  ...sessionBehaviors,
  ...routingBehaviors,
  ...bgpBehaviors,
  ...interfaceBehaviors,
  ...tunnelBehaviors,
];

/** All that a firewall answers. */
export const FIREWALL_API: ApiTable<RunningFirewall> = Object.freeze({
  commands: commandTree(behaviors.map(audited).map((behavior) => [behavior.on, behavior] as const)),
  types: {
    ...recordTypes,
    config: logged("config", answerConfig),
    commit: logged("commit", answerCommit),
    "user-id": answerUserId,
  },
  unknown: (firewall: RunningFirewall, path: readonly string[]) =>
    firewall.world.events.emit("unknown-command", {}, { command: path.join(" ") }),
});
