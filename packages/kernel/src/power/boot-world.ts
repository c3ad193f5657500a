import type { Random } from "../chance/random.ts";
import type { EventSink, JsonObject } from "../events/event.ts";
import type { Fault, Faults } from "../faults/faults.ts";
import type { Logger } from "../log/logger.ts";
import type { Network } from "../network/network.ts";
import { type NetworkScope, type ScopedNetwork, scopeNetwork } from "../network/scoped.ts";
import { type Audit, silentAudit } from "../server/audit.ts";
import type { Blobs } from "../storage/blob.ts";
import type { PowerableStorage, Storage } from "../storage/storage.ts";
import type { Stores } from "../store/store.ts";
import type { Clock } from "../time/clock.ts";
import type { Ground } from "./ground.ts";
import { GuardedBlobs, GuardedStorage } from "./guarded-storage.ts";
import { GuardedStores } from "./guarded-store.ts";
import { Life } from "./life.ts";
import { UnitClock, type WakeUps } from "./unit-clock.ts";
import type { Start, World } from "./world.ts";

/** The stand-in a world is minted for. */
export interface WorldOwner extends WakeUps, NetworkScope {
  readonly id: string;
  readonly family: string;
  readonly bootCount: number;
  readonly storage: PowerableStorage;
  emit(type: string, change: JsonObject, about?: JsonObject): void;
}

/** One boot's world. Its parts are made when first asked for, so that an idle stand-in carries only what it uses. */
export class BootWorld implements World, EventSink, Faults {
  readonly #ground: Ground;
  readonly #owner: WorldOwner;
  readonly #life: Life;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly bootCount: number;
  readonly start: Start;
  #random: Random | undefined;
  #scope: ScopedNetwork | undefined;
  #stores: Stores | undefined;
  #blobs: Blobs | undefined;
  #log: Logger | undefined;
  #abort: AbortController | undefined;

  constructor(ground: Ground, owner: WorldOwner, start: Start) {
    this.#ground = ground;
    this.#owner = owner;
    this.bootCount = owner.bootCount;
    this.start = start;
    this.#life = new Life(owner.id, ground.probe);
    this.clock = new UnitClock(this.#life, ground.time, owner);
    this.storage = new GuardedStorage(this.#life, owner.storage);
  }

  get id(): string {
    return this.#owner.id;
  }

  get random(): Random {
    this.#random ??= this.#ground.random.below(this.#owner.id, this.bootCount);
    return this.#random;
  }

  get network(): Network {
    if (this.#scope === undefined) {
      const network = this.#ground.linkOf?.(this.id) ?? this.#ground.network;
      this.#scope = scopeNetwork(network, this.#owner);
      if (!this.#life.alive) this.#scope.kill("power");
    }
    return this.#scope.network;
  }

  get stores(): Stores {
    this.#stores ??= new GuardedStores(this.#life, this.#ground.stores);
    return this.#stores;
  }

  get blobs(): Blobs {
    this.#blobs ??= new GuardedBlobs(this.#life, this.#ground.blobs);
    return this.#blobs;
  }

  get log(): Logger {
    this.#log ??= this.#ground.logFor(this.#owner.id);
    return this.#log;
  }

  get audit(): Audit {
    return this.#ground.auditFor?.(this.id) ?? silentAudit;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (!this.#life.alive) this.#abort.abort();
    return this.#abort.signal;
  }

  get events(): EventSink {
    return this;
  }

  get faults(): Faults {
    return this;
  }

  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.#life.guard(this.#ground.time.outside(work));
  }

  emit(type: string, change: JsonObject, about?: JsonObject): void {
    if (this.#life.alive) this.#owner.emit(type, change, about);
  }

  strike(operation: string): Fault | undefined {
    const fault = this.#ground.faults.strike(this.#owner, operation);
    if (fault !== undefined) this.emit("fault", {}, { operation, ...fault });
    return fault;
  }

  /** Ends this boot: nothing asked of this world completes any more. */
  end(reason: string): void {
    this.#life.alive = false;
    this.#scope?.kill(reason);
    this.#abort?.abort();
  }
}
