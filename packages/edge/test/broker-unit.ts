import {
  type Address,
  type Listener,
  MemoryStorage,
  seconds,
  type Unit,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { Broker } from "../src/cloud/mqtt/broker.ts";
import type { Admission, BrokerHost, Refusal } from "../src/cloud/mqtt/broker-host.ts";
import { StoredRetained } from "../src/cloud/mqtt/stored-retained.ts";
import { retainedMessages } from "../src/cloud/tables/access-rows.ts";
import { CONNACK, type ConnectFrame } from "../src/wire/mqtt/frame.ts";
import { mqttProtocol } from "../src/wire/mqtt/protocol.ts";
import { type BrokerUnderTest, USERS } from "./broker-conformance.ts";

/** Our broker alone, as a stand-in of its own. */
export class BrokerUnit implements Unit, BrokerHost {
  readonly #at: Address;
  #broker: Broker | undefined;
  #listener: Listener | undefined;

  constructor(at: Address) {
    this.#at = at;
  }

  get broker(): Broker {
    if (this.#broker === undefined) throw new Error("The broker was not booted.");
    return this.#broker;
  }

  get address(): Address {
    return this.#listener?.address ?? this.#at;
  }

  async boot(world: World): Promise<void> {
    const store = await world.stores.open("broker", [retainedMessages]);
    this.#broker = new Broker({ clock: world.clock, log: world.log, host: this, retained: new StoredRetained(store) });
    this.#listener = await world.network.accept(this.#at, mqttProtocol(), this.#broker);
  }

  wake(_why: WakeUp): void {
    this.#broker?.sweep();
  }

  async admit({ username = "", password }: ConnectFrame): Promise<Admission | Refusal> {
    const rules = USERS[username];
    if (rules === undefined || password !== `${username}-password`)
      return { kind: "refused", code: CONNACK.badCredentials };
    return { kind: "admitted", username, rules };
  }

  published(): void {
    // Nobody listens inside.
  }
}

/** Starts our broker in one process or over sockets. */
export async function startOurs(
  mode: "virtual" | "sockets",
  at: Address,
): Promise<BrokerUnderTest & { readonly unit: BrokerUnit; readonly site: TestSite }> {
  const site = await TestSite.open({ mode, scale: 10 });
  const unit = new BrokerUnit(at);
  const { ground, power } = site.cell;
  power.add("broker", "edge", unit, new MemoryStorage(ground.time));
  await power.on("broker");
  return {
    unit,
    site,
    dial: (end) => ground.network.dial(unit.address, mqttProtocol(), end, { timeout: seconds(10) }),
    pass: (span) => site.runFor(span),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}
