import type { Phase } from "@understudy/kernel";
import { isSuccess } from "../wire/progress.ts";
import type { RevisionInfo, UpdateStage } from "../wire/revision-info.ts";

export type PantavisorPhase =
  | "off"
  | "registering"
  | "connecting"
  | "unclaimed"
  | "idle"
  | "queued"
  | "downloading"
  | "installing"
  | "testing"
  | "rebooting"
  | "committing"
  | "rolled-back";

/** What a Pantavisor device can be seen doing. `committing` and `rolled-back` last until the cloud knows of the end of an update. */
export const PANTAVISOR_PHASES: readonly (Phase & { readonly name: PantavisorPhase })[] = Object.freeze([
  { name: "off", tone: "off" },
  { name: "registering", tone: "busy" },
  { name: "connecting", tone: "busy" },
  { name: "unclaimed", tone: "waiting" },
  { name: "idle", tone: "idle" },
  { name: "queued", tone: "busy" },
  { name: "downloading", tone: "busy" },
  { name: "installing", tone: "busy" },
  { name: "testing", tone: "waiting" },
  { name: "rebooting", tone: "busy" },
  { name: "committing", tone: "good" },
  { name: "rolled-back", tone: "bad" },
]);

/** Where faults may strike a Pantavisor device. Each is asked once per attempt. */
export const PANTAVISOR_OPERATIONS = [
  "register",
  "login",
  "claim",
  "find-step",
  "report",
  "push-metadata",
  "pull-metadata",
  "download",
  "verify",
  "install",
  "boot",
  "commit",
  "push-logs",
  "prove-ownership",
] as const;
export type PantavisorOperation = (typeof PANTAVISOR_OPERATIONS)[number];

/** What a device without a running update and without a connection problem does; `undefined` while an update decides. */
export interface Standing {
  readonly registered: boolean;
  readonly loggedIn: boolean;
  readonly claimed: boolean;
}

/** The phase that follows from what is stored and from where the device stands with its cloud. */
export function phaseOf(info: RevisionInfo, standing: Standing): PantavisorPhase {
  if (!standing.registered) return "registering";
  if (info.update !== undefined) return phaseOfStage(info.update.stage);
  if (info.untold !== undefined) return isSuccess(info.untold.progress.status) ? "committing" : "rolled-back";
  if (!standing.loggedIn) return "connecting";
  return standing.claimed ? "idle" : "unclaimed";
}

const phaseOfStage = (stage: UpdateStage): PantavisorPhase => stage;
