import type { ApiTable } from "../node/api/answer-call.ts";
import { administrationBehaviors } from "../node/behaviours/administration.ts";
import { configBehaviors } from "../node/behaviours/config.ts";
import { contentBehaviors } from "../node/behaviours/content.ts";
import { jobBehaviors } from "../node/behaviours/jobs.ts";
import { licenseBehaviors } from "../node/behaviours/licenses.ts";
import { lockBehaviors } from "../node/behaviours/locks.ts";
import { recordBehaviors } from "../node/behaviours/records.ts";
import { resourceBehaviors } from "../node/behaviours/resources.ts";
import { softwareBehaviors } from "../node/behaviours/software.ts";
import { systemBehaviors } from "../node/behaviours/system.ts";
import { userIdBehaviors } from "../node/behaviours/user-id.ts";
import { answerCommit } from "../node/config/commit-calls.ts";
import { answerConfig } from "../node/config/config-calls.ts";
import { audited } from "../node/logs/audited.ts";
import { logged, loggedCommand } from "../node/logs/logged.ts";
import type { Behavior } from "../node/node.ts";
import { recordTypes } from "../node/record-types.ts";
import { answerUserId } from "../node/user-id/user-id-calls.ts";
import { commandTree } from "../wire/api/command.ts";
import { haBehaviors } from "./behaviours/high-availability.ts";
import { interfaceBehaviors } from "./behaviours/interfaces.ts";
import { routingBehaviors } from "./behaviours/routing.ts";
import { sessionBehaviors } from "./behaviours/sessions.ts";
import type { RunningFirewall } from "./running-firewall.ts";

const behaviors: readonly Behavior<RunningFirewall>[] = [
  ...systemBehaviors,
  ...jobBehaviors,
  ...softwareBehaviors,
  ...configBehaviors.map(loggedCommand),
  ...recordBehaviors,
  ...contentBehaviors,
  ...licenseBehaviors,
  ...resourceBehaviors,
  ...administrationBehaviors,
  ...userIdBehaviors,
  ...lockBehaviors,
  ...haBehaviors,
  ...sessionBehaviors,
  ...routingBehaviors,
  ...interfaceBehaviors,
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
