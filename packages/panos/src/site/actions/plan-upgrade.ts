import type { ShownJob } from "../../wire/messages/job.ts";
import type { SoftwareList } from "../../wire/messages/software.ts";

/** What an operator sees of a firewall between two steps. */
export interface Observation {
  readonly running: string;
  /** `chassis-ready`. */
  readonly ready: boolean;
  /** One member of its pair is active and the other passive, or it has no pair. */
  readonly pairSettled: boolean;
  readonly software: SoftwareList;
  readonly jobs: readonly ShownJob[];
  /** Jobs the operator has started since the firewall's last boot. */
  readonly started: readonly StartedJob[];
}

export interface StartedJob {
  readonly id: number;
  readonly what: "download" | "install";
  readonly version: string;
}

export type UpgradeStep =
  | { readonly do: "done" }
  | { readonly do: "wait" }
  | { readonly do: "download"; readonly version: string }
  | { readonly do: "install"; readonly version: string }
  | { readonly do: "restart" }
  | { readonly do: "give-up"; readonly job: ShownJob };

/** The next step towards `target`, with the images of `through` on the disk first. Asked again after every step. */
export function planUpgrade(target: string, through: readonly string[], seen: Observation): UpgradeStep {
  if (seen.running === target) return { do: seen.ready && seen.pairSettled ? "done" : "wait" };
  const failed = seen.jobs.find((job) => job.result === "FAIL" && seen.started.some((own) => own.id === job.id));
  if (failed !== undefined) return { do: "give-up", job: failed };
  if (!seen.ready || seen.jobs.some((job) => job.status !== "FIN")) return { do: "wait" };
  for (const version of [...through, target]) {
    const entry = seen.software.entries.find((candidate) => candidate.version === version);
    if (entry?.downloaded !== "yes") return { do: "download", version };
  }
  const installed = seen.started.some(
    (own) => own.what === "install" && seen.jobs.some((job) => job.id === own.id && job.result === "OK"),
  );
  return installed ? { do: "restart" } : { do: "install", version: target };
}
