import {
  type Device,
  type DeviceSpec,
  type DeviceState,
  type Exit,
  type Instant,
  type JsonObject,
  seconds,
  UsageError,
  type WakeUp,
  type World,
} from "@understudy/kernel";
import { StorageConfigFiles } from "../node/config/file-config.ts";
import { type FirewallProfile, firewallProfile } from "../node/firewall-profile.ts";
import { booted, inMaintenance } from "../node/power.ts";
import { type Settings, settingsFromJson } from "../node/settings.ts";
import { draw, longer } from "../node/timing.ts";
import { FIREWALL_API } from "./api-table.ts";
import { planBoot, variedTraffic } from "./boot-plan.ts";
import { forcedState } from "./force.ts";
import { firstHaState, type HaState, rebootedHa, resumedHa } from "./ha/ha-state.ts";
import { RunningFirewall } from "./running-firewall.ts";
import { type FirewallState, firstFirewallState, toDeviceState } from "./state.ts";
import { readState, writeState } from "./state-file.ts";
import { tiesOf } from "./ties.ts";

/** For how long an HA member that was interrupted waits for its peer before it takes a role alone. */
const RESUME_HOLD = seconds(10);

/** A firewall as the power switch knows it. */
export class FirewallDevice implements Device {
  readonly #profile: FirewallProfile;
  readonly #settings: Settings;
  readonly #spec: DeviceSpec;
  #running: RunningFirewall | undefined;

  constructor(spec: DeviceSpec) {
    this.#spec = spec;
    this.#profile = firewallProfile(spec);
    this.#settings = settingsFromJson(spec.cloud?.enrolment.settings);
  }

  async boot(world: World): Promise<Exit | void> {
    const stored = await readState(world.storage);
    const coming = stored === undefined ? this.#first(world) : this.#next(stored, world);
    const { name } = coming.state.node.power;
    if (coming.rebooted) await new StorageConfigFiles(world.storage).replaceJournal([]); // what was not committed is lost
    if (coming.state !== stored) await writeState(world.storage, coming.state);
    const running = new RunningFirewall(
      this.#profile,
      this.#settings,
      world,
      coming.state,
      tiesOf(this.#profile, this.#spec.cloud),
      FIREWALL_API,
    );
    this.#running = running;
    running.tellBoot();
    if (name === "off" || name === "lost") return { kind: "power-off" };
    await running.wakeUp();
    await running.start(coming.rebooted ? "after-boot" : "at-once");
  }

  wake(why: WakeUp): Promise<Exit | void> | void {
    return this.#running?.wake(why.name);
  }

  state(): DeviceState {
    return this.#running?.shown ?? this.#unborn();
  }

  async force(wanted: JsonObject): Promise<Exit | void> {
    return this.#running?.force(forcedState(wanted));
  }

  answer(questionId: string): Promise<void> {
    return Promise.reject(
      new UsageError("unknown-question", `Firewalls ask no questions; ${questionId} is not one of theirs.`, {
        questionId,
      }),
    );
  }

  #unborn(): DeviceState {
    const state = firstFirewallState(this.#profile, undefined, 0 as Instant); // never shown with its times
    return { ...toDeviceState(this.#profile, state, { connected: false, peer: false }), phase: "off" };
  }

  #first(world: World): Coming {
    const now = world.clock.now();
    const { ha } = this.#profile;
    return {
      state: firstFirewallState(
        this.#profile,
        ha === undefined ? undefined : firstHaState(ha.firstRole, now, RESUME_HOLD),
        now,
      ),
      rebooted: false,
    };
  }

  /** Whoever had its power switched on boots for real; whoever is resumed carries on where it was. */
  #next(stored: FirewallState, world: World): Coming {
    const now = world.clock.now();
    const { power } = stored.node;
    if (power.name === "rebooting")
      return power.upAt > now ? { state: stored, rebooted: false } : this.#boots(stored, world);
    if (world.start === "cold") return this.#boots(stored, world);
    if (power.name !== "up" && power.name !== "closing") return { state: stored, rebooted: false };
    const ha = stored.ha === undefined ? undefined : resumedHa(stored.ha, now, RESUME_HOLD);
    return { state: ha === stored.ha ? stored : withHa(stored, ha), rebooted: false };
  }

  #boots(stored: FirewallState, world: World): Coming {
    const now = world.clock.now();
    const fault = world.faults.strike("boot");
    const length = longer(
      draw(this.#settings.timing.autocommit, () => world.random.stream("duration")),
      fault?.delay,
    );
    const plan = planBoot(fault?.error, length);
    if (plan === "maintenance") return { state: { ...stored, node: inMaintenance(stored.node, now) }, rebooted: true };
    const traffic = this.#settings.metricVariation
      ? variedTraffic(stored.traffic, world.random.stream("traffic"))
      : stored.traffic;
    const state = { ...stored, node: booted(stored.node, plan, now), traffic };
    return { state: stored.ha === undefined ? state : withHa(state, rebootedHa(stored.ha, now)), rebooted: true };
  }
}

interface Coming {
  readonly state: FirewallState;
  /** It comes from a real boot. */
  readonly rebooted: boolean;
}

const withHa = (state: FirewallState, ha: HaState | undefined): FirewallState =>
  ha === undefined ? state : { ...state, ha };
