import {
  applyChange,
  type DeviceSpec,
  type Duration,
  type Fault,
  type Instant,
  type JsonObject,
  type JsonValue,
  type World,
} from "@understudy/kernel";
import { writeIdentity } from "./agent-files.ts";
import { type AgentFacts, type AgentState, phaseOf, stateOf } from "./agent-state.ts";
import { INTERVAL_JITTER, jittered } from "./backoff.ts";
import type { Identity } from "./identity.ts";

/** One boot of an agent, as all its parts share it: its world, who it is, and the only hand on its state. */
export class AgentCore {
  readonly world: World;
  readonly spec: DeviceSpec;
  readonly bootedAt: Instant;
  #identity: Identity;
  #state: AgentState;

  /** Tells the whole state as the event `boot`. */
  constructor(world: World, spec: DeviceSpec, identity: Identity, facts: AgentFacts) {
    this.world = world;
    this.spec = spec;
    this.bootedAt = world.clock.now();
    this.#identity = slim(identity);
    this.#state = stateOf(facts);
    world.events.emit("boot", this.#state);
  }

  /** Who the device is, as far as it is needed all the time; see {@link readIdentity} for the rest. */
  get identity(): Identity {
    return this.#identity;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** Changes the state and tells so; the phase follows by itself. Nothing is told when nothing changes. */
  change(type: string, change: Partial<AgentFacts>, about?: JsonObject): void {
    const next = applyChange(this.#state, change as JsonObject) as AgentState; // Members of the state, and nothing else.
    const phase = phaseOf(next);
    const told = changedMembers(this.#state, { ...(change as JsonObject), phase });
    if (told === undefined) return;
    this.#state = phase === next.phase ? next : { ...next, phase };
    this.world.events.emit(type, told, about);
  }

  /** Stores who the device is, then tells what has changed by it. */
  async become(identity: Identity, type: string, about?: JsonObject): Promise<void> {
    await writeIdentity(this.world.storage, identity);
    this.#identity = slim(identity);
    const { state } = identity.provisioning;
    this.change(type, { provisioning: state, provisioned: state === "provisioned", uuid: identity.uuid }, about);
  }

  /** Asks the fault book before an operation, and waits out its delay. */
  async strike(operation: string): Promise<Fault | undefined> {
    const fault = this.world.faults.strike(operation);
    if (fault?.delay !== undefined) await this.world.clock.sleep(fault.delay);
    return fault;
  }

  /** A normal interval, a little shorter or longer each time. */
  vary(interval: Duration): Duration {
    return jittered(interval, INTERVAL_JITTER, this.draw());
  }

  /** A number in [0, 1) from the stream that all waits share. */
  draw(): number {
    return this.world.random.stream("waits").next();
  }
}

/** Once provisioned, the registration is needed for a new connection to the broker only, and read from the disk then. */
function slim(identity: Identity): Identity {
  const { uuid, deviceApiKey, deviceName, provisioning, registration } = identity;
  if (provisioning.state !== "provisioned" || registration?.apiTls !== undefined) return identity;
  return { uuid, deviceApiKey, deviceName, provisioning };
}

function changedMembers(before: JsonObject, change: JsonObject): JsonObject | undefined {
  let told: Record<string, JsonValue> | undefined;
  for (const [key, value] of Object.entries(change)) {
    if (before[key] === value) continue;
    told ??= {};
    told[key] = value;
  }
  return told;
}
