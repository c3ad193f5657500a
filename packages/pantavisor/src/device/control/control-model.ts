import type { World } from "@understudy/kernel";
import type { ControlCommand } from "../../wire/control/control-json.ts";
import { FACTORY_STATE } from "../../wire/factory-state.ts";
import { parseJsonOrNothing } from "../../wire/fields.ts";
import { readState } from "../../wire/state/read-state.ts";
import type { Container, StatusGoal, SystemState } from "../../wire/state/system-state.ts";
import { stateFile } from "../layout.ts";

export type ContainerStatus =
  | "INSTALLED"
  | "MOUNTED"
  | "STARTING"
  | "STARTED"
  | "READY"
  | "RECOVERING"
  | "STOPPING"
  | "STOPPED";

/** A container as it runs, as far as a device without a runtime plays it. */
export interface ContainerRun {
  readonly container: Container;
  readonly pid: number;
  status: ContainerStatus;
  userStopped: boolean;
}

/** A helper process of the runtime. */
export interface Daemon {
  readonly name: string;
  pid: number;
  respawn: boolean;
}

const FIRST_CONTAINER_PID = 300;
const AT_GOAL: Readonly<Record<StatusGoal, ContainerStatus>> = {
  MOUNTED: "MOUNTED",
  STARTED: "STARTED",
  READY: "READY",
};

/**
 * What the control socket shows of a runtime that is not there: containers that reach their goals at once, daemons that run, one
 * slot for commands. Lives for one boot, and anew with every revision that comes to run.
 */
export class ControlModel {
  #revision: string | undefined;
  #state: SystemState | undefined;
  #runs: readonly ContainerRun[] = [];
  #nextPid = 500;
  readonly daemons: readonly Daemon[] = [
    { name: "hwrngd", pid: 160, respawn: true },
    { name: "pv-xconnect", pid: 161, respawn: true },
  ];
  /** The command that waits for the next tick. */
  command: ControlCommand | undefined;
  /** Configuration set by commands, until the next boot. */
  readonly settings = new Map<string, string>();
  /** Numbers uploads apart. */
  uploads = 0;

  /** True when {@link load} would read nothing. */
  isLoaded(revision: string): boolean {
    return this.#revision === revision;
  }

  /** Reads the state of the revision that runs, if another one was running before. */
  async load(revision: string, { storage, log }: Pick<World, "storage" | "log">): Promise<void> {
    if (revision === this.#revision) return;
    const text = await storage.readText(stateFile(revision));
    const value =
      text === undefined && revision === "0"
        ? FACTORY_STATE
        : text === undefined
          ? undefined
          : parseJsonOrNothing(text)?.value;
    const read = readState(value);
    if (!read.ok) log.warn(`The state of revision ${revision} cannot be used: ${read.problem}.`);
    else for (const warning of read.value.warnings) log.warn(warning);
    this.#state = read.ok ? read.value : undefined;
    this.#runs = (this.#state?.containers ?? []).map(
      (container, at): ContainerRun => ({
        container,
        pid: FIRST_CONTAINER_PID + at,
        status: AT_GOAL[container.statusGoal],
        userStopped: false,
      }),
    );
    this.#revision = revision;
  }

  /** `undefined` while no state can be loaded. */
  get state(): SystemState | undefined {
    return this.#state;
  }

  get runs(): readonly ContainerRun[] {
    return this.#runs;
  }

  runOf(name: string): ContainerRun | undefined {
    return this.#runs.find(({ container }) => container.name === name);
  }

  newPid(): number {
    return this.#nextPid++;
  }
}

/** The status a container settles at when it is left alone. */
export const atGoal = (run: ContainerRun): ContainerStatus => AT_GOAL[run.container.statusGoal];
