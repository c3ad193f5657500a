import {
  type Address,
  type Endpoint,
  type HttpAnswer,
  type HttpHandler,
  type Instant,
  insert,
  type JsonObject,
  type Listener,
  later,
  type ReceivedRequest,
  replace,
  type Store,
  seconds,
  type World,
} from "@understudy/kernel";
import type { ApiTable } from "../node/api/answer-call.ts";
import { HttpFront, isApiPath } from "../node/api/http-front.ts";
import { BaseNode } from "../node/base-node.ts";
import { digestOf } from "../node/ha/shared-config.ts";
import type { Job, PushDigests, PushTarget } from "../node/jobs/job.ts";
import type { Caller } from "../node/node.ts";
import { goneDown } from "../node/power.ts";
import type { Settings } from "../node/settings.ts";
import { type NodeState, phaseOf } from "../node/state.ts";
import { type CallSummary, summarize } from "../wire/api/call-summary.ts";
import { httpReply } from "../wire/api/http.ts";
import { type ApiCall, parameter, pathOf } from "../wire/api/request.ts";
import { panoramaProtocol } from "../wire/link/panorama-frames.ts";
import type { XmlElement } from "../wire/xml/tree.ts";
import { CallJournal } from "./call-journal.ts";
import { initialPanoramaConfig } from "./initial-config.ts";
import { OperationBook } from "./operation-book.ts";
import { joining, type PairPriority, type PairState, readyPair } from "./pair/pair-state.ts";
import type { PanoramaProfile } from "./panorama-profile.ts";
import {
  failPending,
  isConfiguration,
  noteResult,
  type PushResult,
  pendingDigests,
  pendingOrders,
} from "./push/push-targets.ts";
import { Registry } from "./registry.ts";
import { type SessionListener, Sessions } from "./sessions.ts";
import { StoreConfigFiles } from "./store-config.ts";
import { StoreFiles } from "./store-files.ts";
import { nodeTable } from "./tables.ts";

/** Where a Panorama listens. */
export interface PanoramaPlaces {
  readonly http?: Address;
  readonly https?: Address;
  /** For the connections of firewalls. */
  readonly link?: Address;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** For how long firewalls that work on a push may stay away after a restart. */
const RETURN_WITHIN = seconds(30);

/** All that a Panorama stores in its row. */
export interface PanoramaState {
  readonly node: NodeState;
  /** Absent without a pair. */
  readonly ha?: PairState;
}

/** Two Panoramas that stand in for each other, as one of them sees it. */
export interface Pair {
  member(priority: PairPriority): RunningPanorama;
  /** Whether it can be heard of. */
  isUp(priority: PairPriority): boolean;
  /** Something about a member has changed: roles are looked at in an episode of their own, one look after another. */
  changed(): void;
  /** The active member has committed: the other follows. */
  committed(by: PairPriority): void;
  /** A member has downloaded an image for both. */
  downloaded(by: PairPriority, version: string): void;
  /** A firewall has taken over what a member pushed: the other knows of it too. */
  pushed(by: PairPriority, serial: string, digests: PushDigests): Promise<void>;
  /** Orders a member out of service or back. False when it cannot be told. */
  order(priority: PairPriority, what: "suspend" | "functional"): Promise<boolean>;
  /** Has the other member take over a configuration. False when it cannot be told. */
  share(from: PairPriority, what: "running" | "candidate"): Promise<boolean>;
}

/** Its place in a pair. */
export interface PairSeat {
  readonly priority: PairPriority;
  readonly pair: Pair;
}

/** A Panorama between two of its own reboots. */
export class RunningPanorama extends BaseNode<PanoramaState> implements HttpHandler, SessionListener {
  readonly profile: PanoramaProfile;
  readonly registry: Registry;
  readonly operations: OperationBook;
  readonly calls: CallJournal;
  readonly sessions: Sessions;
  readonly #front: HttpFront<RunningPanorama>;
  /** What it tells testers beside its API. */
  readonly management: HttpHandler;
  /** Absent where it is alone. */
  readonly seat: PairSeat | undefined;
  #listeners: Listener[] = [];
  /** Orders that were under way when it was started. */
  #resumed: readonly string[] = [];

  constructor(
    profile: PanoramaProfile,
    settings: Settings,
    world: World,
    store: Store,
    state: PanoramaState,
    table: ApiTable<RunningPanorama>,
    management: (panorama: RunningPanorama) => HttpHandler,
    seat?: PairSeat,
  ) {
    super(settings, world, state, {
      save: (whole) => saveNode(store, whole),
      config: new StoreConfigFiles(store),
      files: new StoreFiles(store),
    });
    this.profile = profile;
    this.seat = seat;
    this.registry = new Registry(store, world.events);
    this.operations = new OperationBook(store);
    this.calls = new CallJournal(store, world.clock);
    this.sessions = new Sessions(this.registry, this.operations, this, () => this.now(), world.log);
    this.management = management(this);
    this.#front = new HttpFront<RunningPanorama>(
      this,
      table,
      (call, caller, answer, started) => this.called(this.#carrierOf(call), summarize(call, caller, answer), started),
      (call, caller, signal) => this.#carry(call, caller, signal),
    );
  }

  protected firstConfig(): XmlElement {
    const firewalls = [...this.registry.entries()].map(({ row }) => ({
      serial: row.serial,
      deviceGroup: row.device_group,
      templateStack: row.template_stack,
    }));
    return initialPanoramaConfig(this.profile, this.settings, firewalls);
  }

  protected show({ node, ha }: PanoramaState): JsonObject {
    const { profile, seat } = this;
    return {
      phase: phaseOf(node),
      serial: profile.serial,
      hostname: profile.hostname,
      version: node.version,
      ready: node.ready,
      ...(node.staged === undefined ? {} : { staged: node.staged }),
      ...(ha === undefined || seat === undefined ? {} : { haState: `${seat.priority}-${ha.role}` }),
    };
  }

  /** AutoCom's end is what lets a Panorama of a pair take a role. */
  protected override settle(whole: PanoramaState, now: Instant): PanoramaState {
    const { ha } = whole;
    if (ha === undefined || !whole.node.ready || ha.role !== "initial" || ha.holdUntil !== undefined) return whole;
    return { ...whole, ha: readyPair(ha, now, this.draw(this.settings.timing.haTransition)) };
  }

  protected afterChange(before: PanoramaState, after: PanoramaState): void {
    if (before.ha !== after.ha || before.node.power !== after.node.power) this.seat?.pair.changed();
    if (before.ha?.role !== after.ha?.role) this.sessions.tellRole();
  }

  /** A commit on the active Panorama goes to the other one, and so does an image that is for both. */
  protected afterJob(job: Job): void {
    if (this.seat === undefined || job.end?.result !== "OK") return;
    const { pair, priority } = this.seat;
    if (job.task.kind === "commit" && this.whole.ha?.role === "active") pair.committed(priority);
    if (job.task.kind === "download" && job.task.syncToPeer) pair.downloaded(priority, job.task.version);
  }

  /** Changes its part in the pair. A Panorama that is alone is left as it is. */
  changePair(decide: (ha: PairState, now: Instant) => PairState): Promise<void> {
    return this.changeWhole((whole, now) => {
      const ha = whole.ha === undefined ? undefined : decide(whole.ha, now);
      return { state: ha === whole.ha || ha === undefined ? whole : { ...whole, ha }, result: undefined };
    });
  }

  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    return isApiPath(pathOf(request.target)) ? this.#front.handle(request) : this.management.handle(request);
  }

  /** A firewall reports what became of a push. */
  async pushEnded(serial: string, outcome: PushResult): Promise<void> {
    const digests = pendingDigests(this.state, serial, outcome.order);
    if (outcome.result === "OK" && digests !== undefined) {
      await this.registry.pushed(serial, digests);
      await this.seat?.pair.pushed(this.seat.priority, serial, digests);
    }
    await this.change((node, now) => ({ state: noteResult(node, serial, outcome, now), result: undefined }));
  }

  /** Whoever leaves in the middle of a push has not taken it over, as far as anybody knows. */
  async left(serial: string): Promise<void> {
    if (!this.state.jobs.some((job) => job.end === undefined && job.task.kind === "push")) return;
    await this.#fail("device is not connected", (target) => target.serial === serial);
  }

  /** Goes on with the pushes that were under way: firewalls say what they know of, and have some time to come back. */
  async resumePushes(): Promise<void> {
    await this.#fail("Panorama was restarted", (target) => !isConfiguration(target));
    this.#resumed = pendingOrders(this.state);
    if (this.#resumed.length > 0) this.world.clock.wake(RETURN_WITHIN, { name: "pushes" });
  }

  /** A firewall has come back: what it has never heard of does not reach it any more. */
  async ordersKnown(serial: string, known: readonly string[]): Promise<void> {
    const lost = this.#resumed.filter((order) => !known.includes(order));
    if (lost.length === 0) return;
    await this.#fail("Panorama was restarted", (target, order) => target.serial === serial && lost.includes(order));
  }

  /** Whoever has not come back by now is not waited for. */
  async endResumedPushes(): Promise<void> {
    const gone = ({ serial }: PushTarget): boolean => !this.registry.isConnected(serial);
    await this.#fail("device is not connected", (target, order) => this.#resumed.includes(order) && gone(target));
  }

  #fail(reason: string, isGone: (target: PushTarget, order: string) => boolean): Promise<void> {
    return this.change((node, now) => ({ state: failPending(node, reason, now, isGone), result: undefined }));
  }

  /** Stands for what both Panoramas of a pair have in common of the running configuration. */
  get configDigest(): string {
    return digestOf(this.config.running);
  }

  /** Its part in its pair, as firewalls show it. */
  get role(): string | undefined {
    return this.whole.ha?.role;
  }

  override get takesChanges(): boolean {
    return this.whole.ha === undefined || this.whole.ha.role === "active";
  }

  get version(): string {
    return this.state.version;
  }

  called(serial: string, summary: CallSummary, started: number): void {
    this.calls.note(serial, summary, started);
  }

  /** The serial of whoever carries out a call. */
  #carrierOf(call: ApiCall): string {
    const target = parameter(call.parameters, "target");
    return target === undefined || target === "" ? this.profile.serial : target;
  }

  /** A call with a `target` goes to that firewall. */
  #carry(call: ApiCall, caller: Caller, signal: AbortSignal | undefined): Promise<HttpAnswer> | undefined {
    const target = parameter(call.parameters, "target");
    if (target === undefined || target === "" || target === this.profile.serial) return undefined;
    return this.sessions.call(target, call, caller, signal).then(httpReply);
  }

  /** Opens the listeners; resolves to where they are. A dark Panorama closes them again: it only takes its ports, so that all know them. */
  async start(places: PanoramaPlaces): Promise<Readonly<Record<string, Endpoint>>> {
    this.setWakeUps();
    const { network } = this.world;
    const endpoints: Record<string, Endpoint> = {};
    if (places.http !== undefined) {
      const http = await network.serve(places.http, this, { name: "http" });
      this.#listeners.push(http);
      endpoints.http = { address: http.address };
    }
    if (places.https !== undefined && places.tls !== undefined) {
      const https = await network.serve(places.https, this, { name: "https", tls: places.tls });
      this.#listeners.push(https);
      endpoints.https = { address: https.address, tls: { verify: false } };
    }
    if (places.link !== undefined) {
      const link = await network.accept(places.link, panoramaProtocol, this.sessions, { name: "link" });
      this.#listeners.push(link);
      endpoints.link = { address: link.address };
    }
    if (this.state.power.name !== "up" && this.state.power.name !== "closing") await this.close("dark");
    return endpoints;
  }

  /** The power state's time has come. Resolves to what the caller has to do next. */
  async power(): Promise<"boot" | "wait"> {
    const { power } = this.state;
    if (power.name === "rebooting") return "boot";
    if (power.name !== "closing") return "wait";
    const fault = this.strike("reboot");
    const down = this.draw(this.settings.timing.reboot);
    await this.changeWhole(({ node, ha }, now) => ({
      state: {
        node: goneDown(node, later(later(now, down), fault?.delay ?? seconds(0))),
        ...(ha === undefined ? {} : { ha: joining(ha, now) }),
      },
      result: undefined,
    }));
    await this.close("reboot");
    return "wait";
  }

  async close(reason: string): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    this.sessions.closeAll(reason);
    await Promise.all(listeners.map((listener) => listener.close(seconds(1))));
  }
}

/** Stores Panorama's own state. */
export async function saveNode(store: Store, { node, ha }: PanoramaState): Promise<void> {
  await store.change(async () => {
    const old = await store.get(nodeTable, "panorama");
    const row = { name: "panorama", state: ha === undefined ? node : { ...node, ha } } as const;
    return { writes: [old === undefined ? insert(nodeTable, row) : replace(nodeTable, old, row)], result: undefined };
  });
}
