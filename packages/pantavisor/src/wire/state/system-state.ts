import type { AutoRecovery } from "./auto-recovery.ts";

export type StatusGoal = "MOUNTED" | "STARTED" | "READY";
export type RestartPolicy = "system" | "container";

/** Containers that start together, before the next group does. */
export interface Group {
  readonly name: string;
  readonly statusGoal: StatusGoal;
  readonly restartPolicy: RestartPolicy;
  /** Seconds. */
  readonly timeout: number;
  readonly autoRecovery: AutoRecovery | undefined;
}

/** A service that a container offers. */
export interface ServiceExport {
  readonly name: string;
  readonly type: string;
  readonly socket: string | undefined;
}

/** A service that a container asks for. */
export interface ServiceRequirement {
  readonly name: string;
  readonly type: string | undefined;
  readonly role: string;
  readonly interface: string | undefined;
  readonly target: string | undefined;
  readonly required: boolean;
}

export interface ContainerDrivers {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly manual: readonly string[];
}

/** One `<name>/run.json`, with what it takes over from its group. */
export interface Container {
  readonly name: string;
  readonly group: string;
  readonly statusGoal: StatusGoal;
  readonly restartPolicy: RestartPolicy;
  /** May use the whole control socket. */
  readonly isManager: boolean;
  readonly autoRecovery: AutoRecovery | undefined;
  readonly drivers: ContainerDrivers;
  readonly exports: readonly ServiceExport[];
  readonly requirements: readonly ServiceRequirement[];
}

/** What a state document says. */
export interface SystemState {
  readonly groups: readonly Group[];
  /** In the order of the document. */
  readonly containers: readonly Container[];
  /** SHA-256 by name, for every value that is not inline JSON. */
  readonly objects: ReadonlyMap<string, string>;
  /** Drivers that the BSP declares. */
  readonly drivers: ReadonlySet<string>;
  /** What is accepted but not as it should be. */
  readonly warnings: readonly string[];
}
