import { type JsonObject, milliseconds, seconds } from "@understudy/kernel";
import { canonicalJson } from "../../wire/cloud/canonical-json.ts";
import type { TargetState } from "../../wire/cloud/target-state.ts";
import type { AgentCore } from "../agent-core.ts";
import { type StoredCurrent, type StoredTarget, writeCurrent, writeTarget } from "../agent-files.ts";
import { cloudOf } from "../cloud-api/cloud-access.ts";
import type { Connection } from "../connection.ts";
import { DEVICE_DEFAULTS, type Intervals, optionsOf, ownIntervals } from "../options.ts";
import { pollTarget } from "./poll-target.ts";
import { intervalsOf } from "./settings.ts";
import { simulateApps } from "./simulate-apps.ts";

const NO_CONFIG: JsonObject = Object.freeze({});
/** Before an apply that failed is tried again. */
const APPLY_RETRY = seconds(30);

/** Follows the cloud's target state: polls for it, stores it, applies it. Wake-ups `poll` and `apply`. */
export class TargetSync {
  readonly #core: AgentCore;
  readonly #connection: Connection;
  /** Called when something was applied: it is worth a report. */
  readonly #onApplied: { applied(): void };
  #target: StoredTarget | undefined;

  constructor(
    core: AgentCore,
    connection: Connection,
    onApplied: { applied(): void },
    target: StoredTarget | undefined,
  ) {
    this.#core = core;
    this.#connection = connection;
    this.#onApplied = onApplied;
    this.#target = target;
  }

  /** The config that holds. */
  get config(): JsonObject {
    return this.#target?.config ?? NO_CONFIG;
  }

  get intervals(): Intervals {
    return intervalsOf(this.config, ownIntervals(optionsOf(this.#core.spec)));
  }

  /** Goes on where the last boot stopped: an update that was under way is taken up again. */
  start(current: StoredCurrent | undefined): void {
    if (this.#target !== undefined && !isApplied(this.#target, current)) this.#applyLater();
    this.#core.world.clock.wake(milliseconds(0), { name: "poll" });
  }

  async poll(): Promise<void> {
    const access = cloudOf(this.#core.spec);
    if (access === undefined) return;
    const fault = await this.#core.strike("poll");
    const end =
      fault?.error === undefined
        ? await pollTarget(this.#core, access, this.#target?.etag)
        : ({ kind: "failed", exchange: { kind: "failed", reason: fault.error } } as const);
    if (end.kind === "changed") await this.#take(end.target, end.etag);
    const wait = this.#connection.ended("polls", end.kind === "failed" ? end.exchange : { kind: "ok" });
    this.#core.world.clock.wake(wait ?? this.#core.vary(this.intervals.poll), { name: "poll" });
  }

  /** Stored first, with its tag: a device that crashes now applies it at its next boot and need not ask again. */
  async #take(target: TargetState, etag: string | undefined): Promise<void> {
    const { apps, config, version } = target;
    const before = this.#target;
    const next: StoredTarget = etag === undefined ? { version, apps, config } : { version, apps, config, etag };
    if (before !== undefined && before.etag === etag && sameTarget(before, target)) return;
    await writeTarget(this.#core.world.storage, next);
    this.#target = next;
    if (before !== undefined && sameTarget(before, target)) return;
    this.#core.change("target", { targetVersion: version });
    this.#applyLater();
  }

  /** Done only when what runs is stored; then the new version may be told. */
  async apply(): Promise<void> {
    const target = this.#target;
    if (target === undefined) return;
    const fault = await this.#core.strike("apply");
    if (fault?.error !== undefined) {
      this.#core.world.log.warn("applying the target failed", { version: target.version, reason: fault.error });
      this.#core.world.clock.wake(APPLY_RETRY, { name: "apply" });
      return;
    }
    const current: StoredCurrent = { version: target.version, apps: simulateApps(target.apps) };
    await writeCurrent(this.#core.world.storage, current);
    this.#core.change("applied", { version: current.version, apps: current.apps });
    this.#onApplied.applied();
  }

  #applyLater(): void {
    const { applyMs = DEVICE_DEFAULTS.applyMs } = optionsOf(this.#core.spec);
    this.#core.world.clock.wake(milliseconds(applyMs), { name: "apply" });
  }
}

const sameTarget = (a: TargetState, b: TargetState): boolean =>
  a.version === b.version && canonicalJson([a.apps, a.config]) === canonicalJson([b.apps, b.config]);

const isApplied = (target: StoredTarget, current: StoredCurrent | undefined): boolean =>
  current?.version === target.version && canonicalJson(current.apps) === canonicalJson(simulateApps(target.apps));
