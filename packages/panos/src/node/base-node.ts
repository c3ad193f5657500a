import {
  between,
  type Duration,
  type Fault,
  type Instant,
  type JsonObject,
  type RandomStream,
  StorageError,
  StoreError,
  seconds,
  type World,
} from "@understudy/kernel";
import type { XmlElement } from "../wire/xml/tree.ts";
import { changeBetween } from "./change.ts";
import { ConfigEngine } from "./config/config-engine.ts";
import type { ConfigFiles } from "./config/config-files.ts";
import type { NodeFiles } from "./files/node-files.ts";
import { finishTask } from "./finish-task.ts";
import { digestOf } from "./ha/shared-config.ts";
import { documentsOf } from "./jobs/documents.ts";
import type { Job } from "./jobs/job.ts";
import { advanceJobs, nextDue } from "./jobs/queue.ts";
import { type Decision, Kept } from "./kept.ts";
import { LogBook } from "./logs/log-book.ts";
import type { NewLog } from "./logs/log-entry.ts";
import { firstCommitLog, logsBetween } from "./logs/node-logs.ts";
import type { RecordingNode } from "./node.ts";
import { powerDue } from "./power.ts";
import type { NodeProfile } from "./profile.ts";
import type { Settings } from "./settings.ts";
import type { NodeState } from "./state.ts";
import { draw, type Span } from "./timing.ts";

/** The digest of what all members share that nobody has configured: no tree is made for it. */
const INITIAL = "initial";

/** Where a node keeps what it must not lose. */
export interface NodeKeeper<Whole> {
  /** Resolves when the state would survive a power cut. */
  readonly save: (whole: Whole) => Promise<void>;
  readonly config: ConfigFiles;
  readonly files: NodeFiles;
}

/**
 * A node during one boot: its stored state, the only place where it changes, the wake-ups that follow from it, and the
 * events that tell of it. `Whole` is all that is stored; what both kinds of node have is its `node`.
 */
export abstract class BaseNode<Whole extends { readonly node: NodeState }> implements RecordingNode {
  abstract readonly profile: NodeProfile;
  readonly settings: Settings;
  readonly world: World;
  readonly config: ConfigEngine;
  readonly files: NodeFiles;
  readonly logs: LogBook;
  readonly #kept: Kept<Whole>;
  #told: JsonObject = {};
  #digest: { readonly of: XmlElement; readonly text: string } | undefined;

  constructor(settings: Settings, world: World, whole: Whole, keeper: NodeKeeper<Whole>) {
    this.settings = settings;
    this.world = world;
    this.config = new ConfigEngine(keeper.config, () => this.firstConfig());
    this.files = keeper.files;
    this.logs = new LogBook(keeper.files, () => [firstCommitLog(settings, this.state.bootedAt)]);
    this.#kept = new Kept(whole, keeper.save, (before, after) => this.#stored(before, after));
  }

  /** The configuration it starts with. */
  protected abstract firstConfig(): XmlElement;
  /** As the lab is told. */
  protected abstract show(whole: Whole): JsonObject;
  /** Called after each change, once it is stored. */
  protected abstract afterChange(before: Whole, after: Whole): void;
  /** Called for each job that has ended. */
  protected abstract afterJob(job: Job): void;
  /** A last touch to each change, such as what follows from the end of a job. Pure. */
  protected settle(whole: Whole, _now: Instant): Whole {
    return whole;
  }
  /** What of a change is to be logged. Pure. */
  protected logsOf(before: Whole, after: Whole, ended: readonly Job[], now: Instant): readonly NewLog[] {
    return logsBetween(before.node, after.node, ended, now);
  }

  get effective(): XmlElement | undefined {
    return this.config.isLoaded ? this.config.running : undefined;
  }

  get takesChanges(): boolean {
    return true;
  }

  /** Stands for what its configuration shares with its HA peer's; cheap while nobody has committed anything. */
  get sharedDigest(): string {
    if (this.state.config.running === undefined) return INITIAL;
    const { running } = this.config;
    if (this.#digest?.of !== running) {
      const text = digestOf(running);
      // A member may have got the configuration of one that nobody has configured.
      this.#digest = { of: running, text: text === digestOf(this.config.makeFirst()) ? INITIAL : text };
    }
    return this.#digest.text;
  }

  get whole(): Whole {
    return this.#kept.state;
  }

  get state(): NodeState {
    return this.#kept.state.node;
  }

  /** What the lab was told last. */
  get told(): JsonObject {
    return this.#told;
  }

  now(): Instant {
    return this.world.clock.now();
  }

  strike(operation: string): Fault | undefined {
    return this.world.faults.strike(operation);
  }

  sessionsSince(_at: Instant): number {
    return 0;
  }

  /** A node without a data plane is always about as busy. */
  loadAt(at: Instant): number {
    return at < this.state.bootedAt ? 0 : 0.1;
  }

  draw(span: Span): Duration {
    return draw(span, () => this.stream("duration"));
  }

  stream(name: string): RandomStream {
    return this.world.random.stream(name);
  }

  change<R>(decide: (node: NodeState, now: Instant) => Decision<NodeState, R>): Promise<R> {
    return this.changeWhole((whole, now) => {
      const { state: node, result } = decide(whole.node, now);
      return { state: node === whole.node ? whole : { ...whole, node }, result };
    });
  }

  /** Changes anything of what is stored, and advances the jobs. */
  async changeWhole<R>(decide: (whole: Whole, now: Instant) => Decision<Whole, R>): Promise<R> {
    let ended: readonly Job[] = [];
    let logs: readonly NewLog[] = [];
    const result = await this.#kept.change((whole) => {
      const now = this.now();
      const decision = decide(whole, now);
      const { node } = advanceJobs(decision.state.node, now, finishTask);
      const state = node === decision.state.node ? decision.state : { ...decision.state, node };
      const settled = this.settle(state, now);
      ended = endedSince(whole.node.jobs, settled.node.jobs);
      logs = settled === whole ? [] : this.logsOf(whole, settled, ended, now);
      return { state: settled, result: decision.result };
    });
    for (const job of ended) this.#tellEnd(job);
    if (logs.length > 0) await this.note(logs);
    return result;
  }

  /** Writes down what happened. A log that cannot be written costs nothing but the log. */
  async note(logs: readonly NewLog[]): Promise<void> {
    for (const log of logs) if (log.type === "config") this.#audit(log);
    try {
      await this.logs.note(logs);
    } catch (error) {
      if (!(error instanceof StorageError || error instanceof StoreError)) throw error;
      this.world.log.warn("logs could not be written", { entries: logs.length, error: error.message });
    }
  }

  /** A change of the configuration, in the server's audit log. */
  #audit({ fields }: NewLog): void {
    const { admin = "", cmd = "", path = "", result = "" } = fields;
    const target = `${this.profile.serial} ${path.slice(0, 256)}`.trimEnd();
    this.world.audit.record({ who: admin, action: `config.${cmd}`, target, result: result.toLowerCase() });
  }

  /** Reads its configurations, and does what has become due while it was not there. */
  async wakeUp(): Promise<void> {
    await this.config.load(this.state.config, documentsOf(this.state.jobs));
    await this.catchUp();
  }

  /** Does what has become due, such as ending jobs. */
  async catchUp(): Promise<void> {
    await this.changeWhole((whole) => ({ state: whole, result: undefined }));
    await this.config.tidy(this.state.config, documentsOf(this.state.jobs));
  }

  /** Tells the lab of a boot, with the whole state. */
  tellBoot(): void {
    this.#told = this.show(this.whole);
    this.world.events.emit("boot", this.#told);
  }

  /** Tells the lab whatever is different from what it was told last. */
  protected tell(type: string): void {
    const shown = this.show(this.whole);
    const change = changeBetween(this.#told, shown);
    this.#told = shown;
    if (Object.keys(change).length > 0) this.world.events.emit(type, change);
  }

  /** Sets the wake-ups that follow from the stored state. */
  setWakeUps(): void {
    this.#wakeAt("jobs", nextDue(this.state));
    this.#wakeAt("power", powerDue(this.state));
  }

  #wakeAt(name: string, at: Instant | undefined): void {
    const { clock } = this.world;
    if (at === undefined) clock.cancelWake(name);
    else if (clock.dueOf(name) !== at) clock.wake(Math.max(between(this.now(), at), seconds(0)) as Duration, { name }); // the longer of two durations
  }

  #stored(before: Whole, after: Whole): void {
    this.config.adopt(before.node.config, after.node.config);
    this.tell("state");
    this.setWakeUps();
    this.afterChange(before, after);
  }

  #tellEnd(job: Job): void {
    if (job.end === undefined) return;
    this.world.events.emit("job", {}, { id: job.id, type: job.type, result: job.end.result, details: job.end.details });
    this.afterJob(job);
  }
}

/** Jobs that have ended between two lists. */
function endedSince(before: readonly Job[], after: readonly Job[]): readonly Job[] {
  if (before === after) return [];
  const open = new Set(before.filter(({ end }) => end === undefined).map(({ id }) => id));
  const known = new Set(before.map(({ id }) => id));
  return after.filter((job) => job.end !== undefined && (open.has(job.id) || !known.has(job.id)));
}
