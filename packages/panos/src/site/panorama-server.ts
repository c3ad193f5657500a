import {
  type Cell,
  compileShape,
  type Duration,
  type JsonObject,
  later,
  MemoryStorage,
  type TcpAddress,
  UnderstudyError,
  UsageError,
  type World,
} from "@understudy/kernel";
import type { ServedCell } from "@understudy/kernel/live";
import type { ForcedState } from "../device/force.ts";
import { hostPort } from "../node/addresses.ts";
import { ApiClient } from "./api-client.ts";
import { panos } from "./family.ts";
import { forceSchema } from "./schemas.ts";

/** A firewall of a running Panorama, for tests. */
export interface FirewallHandle {
  readonly serial: string;
  /** What it really is: `phase`, `version`, `staged`, `haState`, `connected` … */
  state(): JsonObject;
  /** Takes the power away: what it was doing is lost, and with {@link FirewallHandle.powerOn} it boots. */
  cutPower(): Promise<void>;
  powerOn(): Promise<void>;
  /** Makes it what a test needs, such as `{ phase: "maintenance" }`. Throws `UsageError` for what it cannot be. */
  force(wanted: ForcedState): Promise<void>;
  /** Its next attempt of an operation (`download`, `install`, `reboot`, `commit` …) fails with these words. */
  failNext(operation: string, error: string): void;
}

/** A Panorama with its firewalls, started by `startPanorama`. Dispose it (`await using`). */
export class PanoramaServer implements AsyncDisposable {
  readonly apiKey: string;
  readonly #served: ServedCell;
  readonly #cell: Cell;
  readonly #cloud: string;
  #world: Promise<World> | undefined;
  #closed = false;

  constructor(served: ServedCell, cloud: string, apiKey: string) {
    this.#served = served;
    this.#cell = served.cell;
    this.#cloud = cloud;
    this.apiKey = apiKey;
  }

  /** Such as `http://127.0.0.1:7420`. */
  get url(): string {
    return `http://${hostPort(this.#address("http"))}`;
  }

  /** Where the second Panorama of a pair answers; `undefined` where there is one only. */
  get peerUrl(): string | undefined {
    return this.#cell.cloud(this.#cloud).endpoints["peer-http"] === undefined
      ? undefined
      : `http://${hostPort(this.#address("peer-http"))}`;
  }

  /** `undefined` without a TLS port. */
  get httpsUrl(): string | undefined {
    return this.#cell.cloud(this.#cloud).endpoints.https === undefined
      ? undefined
      : `https://${hostPort(this.#address("https"))}`;
  }

  /** What clients are to trust: the certificate of the authority that issues those of firewalls, and Panorama's unless it was given one. PEM. */
  async ca(): Promise<string> {
    return (await this.#served.authority()).certificate;
  }

  get serials(): readonly string[] {
    return [...this.#cell.devices.keys()];
  }

  /** Throws `UsageError` for a serial that is not in the scenario. */
  firewall(serial: string): FirewallHandle {
    const cell = this.#cell;
    cell.device(serial);
    return {
      serial,
      state: () => cell.stateOf(serial),
      cutPower: () => cell.power.cut(serial),
      powerOn: () => cell.power.on(serial),
      force: async (wanted) => {
        const problem = forced.problem(wanted, "wanted");
        if (problem !== undefined) throw new UsageError("bad-wish", problem.message, { serial });
        await cell.power.force(serial, { ...wanted });
      },
      failNext: (operation, error) => {
        if (!panos.operations.includes(operation))
          throw new UsageError("unknown-operation", `${operation}: accepted is one of ${panos.operations.join(", ")}.`);
        cell.ground.faults.add({ device: serial, operation, error, times: 1 });
      },
    };
  }

  /** One operational command, as XML, for Panorama or (with `target`) a firewall. Resolves to the reply. */
  async op(
    cmd: string,
    target?: string,
  ): Promise<{ readonly ok: boolean; readonly text: string; readonly xml: string }> {
    const client = new ApiClient(await this.#operator(), { address: this.#address("http") }, this.apiKey, target);
    const { ok, text, xml } = await client.op(cmd);
    return { ok, text, xml };
  }

  /** Upgrades firewalls as an operator does, pairs one member after the other. Resolves to the version each runs in the end. */
  upgrade(version: string, serials: readonly string[] = this.serials): Promise<JsonObject> {
    return this.#cell.act(panos, this.#cloud, "upgrade", { version }, serials);
  }

  /** Resolves when `done` holds. Rejects with code `timeout` after `within` of the server's own time. */
  async until(done: () => boolean, within: Duration): Promise<void> {
    const { time } = this.#cell.ground;
    const deadline = later(time.now(), within);
    const { clock } = await this.#operator();
    while (!done()) {
      if (time.now() >= deadline) throw new UnderstudyError("timeout", "What was waited for did not happen in time.");
      await clock.sleep(POLL);
    }
  }

  /** Puts the server's time forward: what would have happened meanwhile happens at once, in its order. */
  advance(by: Duration): Promise<void> {
    return this.#served.advance(by);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#served.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The world of whoever uses this object. */
  #operator(): Promise<World> {
    const { power, ground } = this.#cell;
    this.#world ??= power.operator("library-user", new MemoryStorage({ now: () => ground.time.now() }));
    return this.#world;
  }

  #address(endpoint: string): TcpAddress {
    const address = this.#cell.cloud(this.#cloud).endpoints[endpoint]?.address;
    if (address?.kind !== "tcp")
      throw new UsageError("no-endpoint", `This Panorama has no ${endpoint} listener.`, { endpoint });
    return address;
  }
}

const POLL = 20 as Duration; // milliseconds
const forced = compileShape(forceSchema);
