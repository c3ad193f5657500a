import { loggedCommand } from "../logs/logged.ts";
import type { Behavior, RecordingNode } from "../node.ts";
import { administrationBehaviors } from "./administration.ts";
import { configBehaviors } from "./config.ts";
import { configAuditBehaviors } from "./config-audit.ts";
import { contentBehaviors } from "./content.ts";
import { externalListBehaviors } from "./external-lists.ts";
import { jobBehaviors } from "./jobs.ts";
import { licenseBehaviors } from "./licenses.ts";
import { lockBehaviors } from "./locks.ts";
import { recordBehaviors } from "./records.ts";
import { resourceBehaviors } from "./resources.ts";
import { ruleBehaviors } from "./rules.ts";
import { softwareBehaviors } from "./software.ts";
import { systemBehaviors } from "./system.ts";
import { systemSettingBehaviors } from "./system-settings.ts";
import { userIdBehaviors } from "./user-id.ts";

/** The operational commands that Panorama and firewalls answer alike. */
export const everyNodeBehaviors: readonly Behavior<RecordingNode>[] = [
  ...systemBehaviors,
  ...systemSettingBehaviors,
  ...jobBehaviors,
  ...softwareBehaviors,
  ...configBehaviors.map(loggedCommand),
  ...configAuditBehaviors,
  ...recordBehaviors,
  ...contentBehaviors,
  ...licenseBehaviors,
  ...resourceBehaviors,
  ...administrationBehaviors,
  ...externalListBehaviors,
  ...ruleBehaviors,
  ...userIdBehaviors,
  ...lockBehaviors,
];
