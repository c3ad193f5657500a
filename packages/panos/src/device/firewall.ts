import type { DeviceState, Instant, World } from "@understudy/kernel";
import { BaseNode } from "../node/base-node.ts";
import { StorageConfigFiles } from "../node/config/file-config.ts";
import type { FirewallProfile } from "../node/firewall-profile.ts";
import type { Job } from "../node/jobs/job.ts";
import type { Decision } from "../node/kept.ts";
import type { NewLog } from "../node/logs/log-entry.ts";
import type { Settings } from "../node/settings.ts";
import { haLogs } from "./ha/ha-logs.ts";
import { type HaState, readyHa } from "./ha/ha-state.ts";
import { type Connections, type FirewallState, toDeviceState } from "./state.ts";
import { writeState } from "./state-file.ts";

/** A firewall during one boot, without its connections. */
export abstract class Firewall extends BaseNode<FirewallState> {
  readonly profile: FirewallProfile;
  #connections: Connections;

  constructor(
    profile: FirewallProfile,
    settings: Settings,
    world: World,
    state: FirewallState,
    managed: "managed" | "unmanaged",
  ) {
    super(settings, world, state, {
      save: (next) => writeState(world.storage, next),
      config: new StorageConfigFiles(world.storage),
      files: world.storage,
    });
    this.profile = profile;
    this.#connections = managed === "managed" ? { connected: false, peer: false } : { peer: false };
  }

  get connections(): Connections {
    return this.#connections;
  }

  protected show(whole: FirewallState): DeviceState {
    return toDeviceState(this.profile, whole, this.#connections);
  }

  /** As the lab sees it. */
  get shown(): DeviceState {
    return this.show(this.whole);
  }

  /** AutoCom's end is what lets an HA member take a role. */
  protected override settle(state: FirewallState, now: Instant): FirewallState {
    if (state.ha === undefined || !state.node.ready || state.ha.role !== "initial" || state.ha.holdUntil !== undefined)
      return state;
    return { ...state, ha: readyHa(state.ha, now, this.draw(this.settings.timing.haTransition)) };
  }

  protected override logsOf(
    before: FirewallState,
    after: FirewallState,
    ended: readonly Job[],
    now: Instant,
  ): readonly NewLog[] {
    const logs = super.logsOf(before, after, ended, now);
    const mode = this.profile.ha?.mode;
    if (mode === undefined || before.ha === undefined || after.ha === undefined) return logs;
    return [...logs, ...haLogs(before.ha, after.ha, mode, now)];
  }

  /** Changes its part in the pair. A firewall without a pair is left as it is. */
  changeHa<R>(decide: (ha: HaState, now: Instant) => Decision<HaState, R>): Promise<R | undefined> {
    return this.changeWhole((whole, now) => {
      if (whole.ha === undefined) return { state: whole, result: undefined };
      const { state: ha, result } = decide(whole.ha, now);
      return { state: ha === whole.ha ? whole : { ...whole, ha }, result };
    });
  }

  /** A connection came or went. */
  connectionChanged(change: Partial<Connections>): void {
    this.#connections = { ...this.#connections, ...change };
    this.tell("connection");
  }
}
