import type { Cloud, CloudSpec, Family } from "../family/family.ts";
import type { Exit, Unit, WakeUp } from "../power/device.ts";
import type { World } from "../power/world.ts";

/** A cloud as the power switch sees it: booting it is creating it anew from its tables. */
export class CloudUnit implements Unit {
  readonly family: Family;
  readonly spec: CloudSpec;
  #cloud: Cloud | undefined;

  constructor(family: Family, spec: CloudSpec) {
    this.family = family;
    this.spec = spec;
  }

  /** The running cloud, or the last one that ran. Throws before the first boot. */
  get cloud(): Cloud {
    if (this.#cloud === undefined) throw new Error(`Cloud ${this.spec.name} has never been booted.`);
    return this.#cloud;
  }

  async boot(world: World): Promise<void> {
    this.#cloud = await this.family.createCloud(this.spec, world);
  }

  wake(why: WakeUp): Promise<Exit | void> | void {
    return this.cloud.wake?.(why);
  }
}
