import {
  type Device,
  type DeviceSpec,
  type DeviceState,
  milliseconds,
  UsageError,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import type { Payload } from "../wire/mqtt/frame.ts";
import { AgentCore } from "./agent-core.ts";
import { readCurrent, readIdentity, readTarget, type StoredCurrent, writeIdentity } from "./agent-files.ts";
import { type AgentFacts, stateOf } from "./agent-state.ts";
import { cloudOf } from "./cloud-api/cloud-access.ts";
import { Connection } from "./connection.ts";
import { type LinkUser, MqttLink } from "./mqtt/mqtt-link.ts";
import { createIdentity } from "./provisioning/create-identity.ts";
import { runProvisioning } from "./provisioning/run-provisioning.ts";
import { Reporter } from "./report/reporter.ts";
import { TargetSync } from "./target/target-sync.ts";

/** Operations of an edge device where faults may strike. */
export const AGENT_OPERATIONS = [
  "register",
  "key-exchange",
  "poll",
  "apply",
  "report",
  "mqtt-connect",
  "mqtt-ping",
] as const;

/**
 * A simulated edge agent: joins its cloud, follows its target state, reports. It runs no containers and keeps its data in
 * small files; the real agent keeps the same data in `device.sqlite`.
 */
export class EdgeAgent implements Device, LinkUser {
  readonly #spec: DeviceSpec;
  #boot: AgentBoot | undefined;

  constructor(spec: DeviceSpec) {
    this.#spec = spec;
  }

  async boot(world: World): Promise<void> {
    const { storage } = world;
    let identity = await readIdentity(storage);
    if (identity === undefined) {
      identity = createIdentity(this.#spec, world);
      await writeIdentity(storage, identity);
    }
    const target = await readTarget(storage);
    const current = await readCurrent(storage);
    const core = new AgentCore(world, this.#spec, identity, {
      ...this.#blank(),
      uuid: identity.uuid,
      deviceName: identity.deviceName,
      provisioning: identity.provisioning.state,
      provisioned: identity.provisioning.state === "provisioned",
      version: current?.version ?? 0,
      targetVersion: target?.version ?? 0,
      apps: current?.apps ?? {},
    });
    const connection = new Connection(core);
    const reporter = new Reporter(core, connection);
    const sync = new TargetSync(core, connection, reporter, target);
    this.#boot = { core, sync, reporter, link: new MqttLink(core, this), current, failures: 0 };
    if (core.state.provisioned) this.#join(this.#boot);
    else world.clock.wake(milliseconds(0), { name: "provision" });
  }

  async wake({ name }: WakeUp): Promise<void> {
    const boot = this.#boot;
    if (boot === undefined) return;
    switch (name) {
      case "provision":
        return await this.#provision(boot);
      case "poll":
        return await boot.sync.poll();
      case "apply":
        return await boot.sync.apply();
      case "report":
        return await boot.reporter.wake();
      case "mqtt":
        return await boot.link.wake();
      default:
        boot.core.world.log.warn("a wake-up that nobody knows", { name });
    }
  }

  state(): DeviceState {
    return this.#boot?.core.state ?? stateOf(this.#blank());
  }

  async answer(questionId: string): Promise<void> {
    throw new UsageError("unknown-question", `An edge device asks nothing; there is no question ${questionId}.`, {
      questionId,
    });
  }

  linked(): void {
    this.#boot?.reporter.linked();
  }

  unlinked(): void {
    this.#boot?.reporter.unlinked();
  }

  delivered(messageId: number): void | Promise<void> {
    return this.#boot?.reporter.delivered(messageId);
  }

  /** What an agent without containers cannot do yet is told, not done. */
  received(rest: string, _payload: Payload): void {
    this.#boot?.core.world.events.emit("message", {}, { topic: rest });
  }

  async #provision(boot: AgentBoot): Promise<void> {
    const end = await runProvisioning(boot.core, boot.failures);
    if (end.kind === "later") {
      boot.failures++;
      boot.core.world.clock.wake(end.after, { name: "provision" });
      return;
    }
    boot.failures = 0;
    if (end.as === "provisioned") this.#join(boot);
  }

  /** From here on the device polls, reports and holds its connection to the broker. */
  #join({ sync, reporter, link, current }: AgentBoot): void {
    link.start();
    sync.start(current);
    reporter.start(sync, link);
  }

  /** What is known of a device that was never switched on. */
  #blank(): AgentFacts {
    return {
      uuid: "",
      deviceName: this.#spec.id,
      hasCloud: cloudOf(this.#spec) !== undefined,
      provisioning: "new",
      provisioned: false,
      connection: "unknown",
      online: false,
      mqtt: false,
      version: 0,
      targetVersion: 0,
      apps: {},
    };
  }
}

/** The parts of one boot. */
interface AgentBoot {
  readonly core: AgentCore;
  readonly sync: TargetSync;
  readonly reporter: Reporter;
  readonly link: MqttLink;
  readonly current: StoredCurrent | undefined;
  /** Failed attempts to provision in a row. */
  failures: number;
}
