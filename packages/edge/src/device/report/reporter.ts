import { between, type Duration, milliseconds, minutes, seconds } from "@understudy/kernel";
import { DEVICE_KEY_HEADER, reportPathOf } from "../../wire/cloud/paths.ts";
import { type StateReport, stateReport } from "../../wire/cloud/state-report.ts";
import { jsonPayload } from "../../wire/mqtt/payload.ts";
import type { AgentCore } from "../agent-core.ts";
import { callCloud, cloudOf } from "../cloud-api/cloud-access.ts";
import { exchangeOf, failedExchange } from "../cloud-api/exchange.ts";
import type { Connection } from "../connection.ts";
import type { Exchange } from "../connection-health.ts";
import type { MqttLink } from "../mqtt/mqtt-link.ts";
import { DEVICE_DEFAULTS, optionsOf } from "../options.ts";
import type { TargetSync } from "../target/target-sync.ts";
import { measure } from "./measure.ts";
import { dequeue, enqueue, oldest, type QueuedReport } from "./offline-queue.ts";
import { type Observed, planReport, stripReport } from "./plan-report.ts";

/** The first report waits so long for the broker before it goes by HTTP. */
const FIRST_REPORT: Duration = seconds(10);
/** A broker that has not taken a report by then is taken to be gone. */
const ACK_TIMEOUT: Duration = seconds(5);
/** After an apply a report may come before its interval, but not earlier than this after the last one. */
const AFTER_APPLY: Duration = seconds(10);
/** After so long without a report that got through, everything is told anew. */
const OUTAGE: Duration = minutes(5);
/** Queued reports that are sent after one that got through. */
const FLUSH_LIMIT = 100;

/** A report that the broker has not acknowledged yet. */
interface InFlight {
  readonly messageId: number;
  readonly report: StateReport;
  /** What the cloud knows once it has it; absent for a queued report. */
  readonly observed?: Observed;
  readonly queued?: QueuedReport;
}

/**
 * Tells the cloud how the device is: by MQTT, else by HTTP, else later. What has not changed is not told; metrics are, in
 * their own rhythm. Wake-up `report`.
 */
export class Reporter {
  readonly #core: AgentCore;
  readonly #connection: Connection;
  #target: TargetSync | undefined;
  #link: MqttLink | undefined;
  #told: Observed | undefined;
  #inFlight: InFlight | undefined;
  #flushed = 0;
  /** There may be queued reports. */
  #hasQueue = true;
  /** Milliseconds since boot, which stay small numbers. */
  #sentAt = Number.MIN_SAFE_INTEGER;
  /** When the failures began that go on. */
  #failedAt: number | undefined;
  #metricsAt = 0;

  constructor(core: AgentCore, connection: Connection) {
    this.#core = core;
    this.#connection = connection;
  }

  start(target: TargetSync, link: MqttLink): void {
    this.#target = target;
    this.#link = link;
    this.#wake(FIRST_REPORT);
  }

  /** Something was applied: worth a report soon. */
  applied(): void {
    this.#soon(AFTER_APPLY);
  }

  /** The link is up: a report that waited for it can go. */
  linked(): void {
    if (this.#told === undefined) this.#soon(milliseconds(0));
  }

  /** The link is gone: a report under way goes by HTTP. */
  unlinked(): void {
    if (this.#inFlight !== undefined) this.#wake(milliseconds(0));
  }

  /** The broker has taken a message. */
  delivered(messageId: number): void | Promise<void> {
    const inFlight = this.#inFlight;
    if (inFlight === undefined || inFlight.messageId !== messageId) return;
    this.#inFlight = undefined;
    if (inFlight.observed !== undefined) return this.#succeeded(inFlight.observed, inFlight.report);
    if (inFlight.queued !== undefined) return this.#flushNext(inFlight.queued);
  }

  async wake(): Promise<void> {
    const inFlight = this.#inFlight;
    this.#inFlight = undefined;
    if (inFlight?.queued !== undefined) return this.#arm();
    if (inFlight?.observed !== undefined) return await this.#sendByHttp(inFlight.report, inFlight.observed);
    const observed = this.#observe();
    const report = planReport(this.#isOutage() ? undefined : this.#told, observed, this.#metrics());
    if (report === undefined) return this.#arm();
    const fault = await this.#core.strike("report");
    if (fault?.error !== undefined) return await this.#failed(report, { kind: "failed", reason: fault.error });
    this.#sentAt = this.#uptime();
    const messageId = this.#publish(report);
    if (messageId === undefined) return await this.#sendByHttp(report, observed);
    this.#inFlight = { messageId, report, observed };
    this.#wake(ACK_TIMEOUT);
  }

  async #sendByHttp(report: StateReport, observed: Observed): Promise<void> {
    const exchange = await this.#patch(report);
    if (exchange.kind === "ok") await this.#succeeded(observed, report);
    else await this.#failed(report, exchange);
  }

  async #patch(report: StateReport): Promise<Exchange> {
    const access = cloudOf(this.#core.spec);
    if (access === undefined) return { kind: "failed", reason: "no cloud" };
    const { identity, world } = this.#core;
    const headers = [[DEVICE_KEY_HEADER, identity.deviceApiKey]] as const;
    const body = stateReport.render({ uuid: identity.uuid, report });
    try {
      return exchangeOf(
        await callCloud(world, access, identity, {
          method: "PATCH",
          target: reportPathOf(access.versioned),
          headers,
          body,
        }),
      );
    } catch (error) {
      return failedExchange(error);
    }
  }

  #publish(report: StateReport): number | undefined {
    const payload = jsonPayload(stateReport.render({ uuid: this.#core.identity.uuid, report }));
    return this.#link?.publish("state", payload, 1);
  }

  #succeeded(observed: Observed, report: StateReport): void | Promise<void> {
    this.#told = observed;
    this.#failedAt = undefined;
    if (report.uptime !== undefined) this.#metricsAt = this.#uptime() + this.#core.vary(this.#intervals.metrics);
    this.#connection.ended("reports", { kind: "ok" });
    this.#flushed = 0;
    if (this.#hasQueue) return this.#flushNext(undefined);
    this.#arm();
  }

  async #failed(report: StateReport, exchange: Exclude<Exchange, { readonly kind: "ok" }>): Promise<void> {
    const { storage, clock, log } = this.#core.world;
    const stamped = { ...stripReport(report), reported_at: clock.now() };
    const dropped = await enqueue(storage, stamped, clock.now());
    this.#hasQueue = true;
    this.#failedAt ??= this.#uptime();
    if (dropped > 0) log.warn("the queue of reports is full; the oldest were dropped", { dropped });
    const wait = this.#connection.ended("reports", exchange);
    this.#wake(wait ?? this.#intervals.report);
  }

  /** Sends queued reports one after another, each when the one before got through. */
  async #flushNext(sent: QueuedReport | undefined): Promise<void> {
    const { storage, clock } = this.#core.world;
    if (sent !== undefined) await dequeue(storage, sent);
    const next = this.#flushed < FLUSH_LIMIT ? await oldest(storage, clock.now()) : undefined;
    if (next === undefined) {
      if (this.#flushed < FLUSH_LIMIT) this.#hasQueue = false;
      return this.#arm();
    }
    this.#flushed++;
    const messageId = this.#publish(next.report);
    if (messageId !== undefined) {
      this.#inFlight = { messageId, report: next.report, queued: next };
      return this.#wake(ACK_TIMEOUT);
    }
    const exchange = await this.#patch(next.report);
    if (exchange.kind === "ok") return await this.#flushNext(next);
    this.#arm();
  }

  #observe(): Observed {
    const { spec, state } = this.#core;
    const { osVersion, agentVersion } = { ...DEVICE_DEFAULTS, ...optionsOf(spec) };
    return { apps: state.apps, version: state.version, config: this.#sync.config, osVersion, agentVersion };
  }

  #metrics() {
    if (this.#uptime() < this.#metricsAt) return undefined;
    const { world, bootedAt } = this.#core;
    return measure(world.random, bootedAt, world.clock.now());
  }

  #isOutage(): boolean {
    return this.#failedAt !== undefined && this.#uptime() - this.#failedAt >= OUTAGE;
  }

  /** The next wake-up when all is told: for what has changed meanwhile, or for metrics. */
  #arm(): void {
    const changed = planReport(this.#told, this.#observe(), undefined) !== undefined;
    const at = changed ? this.#sentAt + this.#core.vary(this.#intervals.report) : this.#metricsAt;
    this.#wake(milliseconds(Math.max(0, at - this.#uptime())));
  }

  /** A report as soon as `gap` after the last one, unless one comes earlier anyway. Not while one is under way. */
  #soon(gap: Duration): void {
    if (this.#inFlight !== undefined) return;
    const after = Math.max(0, this.#sentAt + gap - this.#uptime());
    const due = this.#core.world.clock.dueOf("report");
    if (due === undefined || between(this.#core.world.clock.now(), due) > after) this.#wake(milliseconds(after));
  }

  get #sync(): TargetSync {
    if (this.#target === undefined) throw new Error("The reporter was not started.");
    return this.#target;
  }

  get #intervals() {
    return this.#sync.intervals;
  }

  #uptime(): number {
    return between(this.#core.bootedAt, this.#core.world.clock.now());
  }

  #wake(after: Duration): void {
    this.#core.world.clock.wake(after, { name: "report" });
  }
}
