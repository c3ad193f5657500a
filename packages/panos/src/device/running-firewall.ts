import {
  type Exit,
  type HttpAnswer,
  type HttpHandler,
  type Instant,
  later,
  type ReceivedRequest,
  seconds,
  UsageError,
  type World,
} from "@understudy/kernel";
import { ha1Address } from "../node/addresses.ts";
import { type ApiTable, answerCall } from "../node/api/answer-call.ts";
import { HttpFront } from "../node/api/http-front.ts";
import { StorageConfigFiles } from "../node/config/file-config.ts";
import type { FirewallProfile } from "../node/firewall-profile.ts";
import { type Job, orderOfTask } from "../node/jobs/job.ts";
import type { Caller } from "../node/node.ts";
import { gone, goneDown, inMaintenance } from "../node/power.ts";
import type { Settings } from "../node/settings.ts";
import { featureRelease } from "../node/software/version.ts";
import type { NodeState } from "../node/state.ts";
import { longer } from "../node/timing.ts";
import type { Answer } from "../wire/api/answer.ts";
import { summarize } from "../wire/api/call-summary.ts";
import type { ApiCall } from "../wire/api/request.ts";
import type { DeviceFacts } from "../wire/link/panorama-frames.ts";
import { child, type XmlElement } from "../wire/xml/tree.ts";
import { unmarked, withTemplate } from "./effective-config.ts";
import { Firewall } from "./firewall.ts";
import { broughtOnline, type ForcedState, keptBusy, newestOther, withForcedFigures } from "./force.ts";
import { HaLink } from "./ha/ha-link.ts";
import { rebootedHa } from "./ha/ha-state.ts";
import { OUTAGES } from "./ha/outages.ts";
import { isSyncing } from "./ha/status.ts";
import { initialFirewallConfig } from "./initial-config.ts";
import { Listeners } from "./listeners.ts";
import { operationChanges, unfinishedOperations } from "./operations.ts";
import type { CallAnswerer, PanoramaLink } from "./panorama-link.ts";
import { DIALS, type ManagerStatus, PanoramaLinks } from "./panorama-links.ts";
import type { FirewallState } from "./state.ts";
import type { FirewallTies } from "./ties.ts";
import { PER_SESSION, sessionCapacity, sessionSeconds, sessionsAt } from "./traffic.ts";

/** The data plane is fully busy before all of its session table is in use. */
const FULL_LOAD_SHARE = 0.8;

/** What follows from a push and the running configuration it was merged with. */
interface Managed {
  readonly of: XmlElement;
  readonly own: XmlElement;
  readonly pushed: XmlElement;
  readonly effective: XmlElement;
}

/** A firewall with its connections: what runs during one boot. While it is down, all of them are closed. */
export class RunningFirewall extends Firewall implements CallAnswerer, HttpHandler {
  readonly ha: HaLink | undefined;
  /** Release of the Panorama it was connected to last. */
  managerVersion: string | undefined;
  readonly #panoramas: PanoramaLinks;
  readonly #listeners: Listeners;
  readonly #table: ApiTable<RunningFirewall>;
  readonly #front: HttpFront<RunningFirewall>;
  #merged: Managed | undefined;

  constructor(
    profile: FirewallProfile,
    settings: Settings,
    world: World,
    state: FirewallState,
    ties: FirewallTies,
    table: ApiTable<RunningFirewall>,
  ) {
    super(profile, settings, world, state, ties.managers.length === 0 ? "unmanaged" : "managed");
    this.#table = table;
    this.#front = new HttpFront<RunningFirewall>(this, this.#table, (call, caller, answer, started) =>
      this.#panoramas.each((link) => link.tellCall(summarize(call, caller, answer), started)),
    );
    this.#listeners = new Listeners(world, ties.listen, this);
    this.#panoramas = new PanoramaLinks(this, this, ties.managers);
    if (profile.ha !== undefined) {
      const addresses = {
        own: ha1Address(profile.serial, ties.labPort),
        peer: ha1Address(profile.ha.peerSerial, ties.labPort),
      };
      this.ha = new HaLink(this, profile.ha, addresses);
    }
  }

  protected firstConfig(): XmlElement {
    const addresses = this.managers.map(({ ip }) => ip);
    return initialFirewallConfig(this.profile, this.settings, addresses);
  }

  /** What Panorama pushed last. */
  get pushed(): XmlElement | undefined {
    return this.#managed?.pushed;
  }

  override get effective(): XmlElement | undefined {
    return this.#managed?.effective ?? super.effective;
  }

  get #managed(): Managed | undefined {
    const name = this.state.config.pushed;
    const of = name === undefined ? undefined : this.config.document(name);
    if (of === undefined) return undefined;
    const { running } = this.config;
    if (this.#merged?.of !== of || this.#merged.own !== running) {
      const template = child(of, "template");
      const effective = template === undefined ? running : withTemplate(running, template);
      this.#merged = { of, own: running, pushed: unmarked(of), effective };
    }
    return this.#merged;
  }

  /** Its Panoramas; none when it is managed by nobody. */
  get managers(): readonly ManagerStatus[] {
    return this.#panoramas.status;
  }

  linkChanged(): void {
    const { isConnected } = this.#panoramas;
    if (this.connections.connected !== isConnected) this.connectionChanged({ connected: isConnected });
  }

  get listen(): DeviceFacts["listen"] {
    return this.#listeners.addresses;
  }

  override sessionsSince(at: Instant): number {
    return Math.floor(sessionSeconds(this, at) / PER_SESSION.seconds);
  }

  override loadAt(at: Instant): number {
    return Math.min(1, sessionsAt(this, at) / (sessionCapacity(this) * FULL_LOAD_SHARE));
  }

  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    return this.#front.handle(request);
  }

  answer(call: ApiCall, caller: Caller): Answer | Promise<Answer> {
    return answerCall<RunningFirewall>(this, this.#table, call, caller);
  }

  /** What was under way while Panorama could not be told is told again. */
  connected(version: string): void {
    this.managerVersion = version;
    const unfinished = unfinishedOperations(this.profile.serial, this.state);
    const orders = this.state.jobs.flatMap(({ task }) => (task.kind === "pushed" ? [task.order] : []));
    this.#panoramas.each((link) => {
      link.report(unfinished);
      link.tellOrders(orders);
      for (const job of this.state.jobs) tellOrder(link, job);
    });
  }

  /** Opens what an upright firewall has open, and plans its calls to others. A dark one only waits. */
  async start(reconnect: "at-once" | "after-boot"): Promise<void> {
    this.setWakeUps();
    const { name } = this.state.power;
    if (name !== "up" && name !== "closing") return;
    await this.#listeners.open();
    const { clock } = this.world;
    if (this.ha !== undefined) {
      await this.ha.open();
      clock.wake(seconds(0), { name: "dial-peer" });
    }
    const delay = reconnect === "at-once" ? seconds(0) : this.draw(this.settings.timing.reconnectDelay);
    for (const name of this.#panoramas.dials) clock.wake(delay, { name });
  }

  async wake(name: string): Promise<Exit | void> {
    switch (name) {
      case "jobs":
        return this.catchUp();
      case "power":
        return this.#power();
      case "dial-panorama":
      case "dial-second-panorama":
        return this.#panoramas.dial(name);
      case "dial-peer":
        return this.ha?.dial();
      case "ha":
        return this.ha?.evaluate();
      case "ha-monitor":
      case "ha1":
      case "ha2":
        return this.ha?.breaks(name);
    }
  }

  protected afterChange(before: FirewallState, after: FirewallState): void {
    const operations = operationChanges(this.profile.serial, before.node, after.node);
    this.#panoramas.each((link) => {
      link.push();
      link.report(operations);
    });
    if (this.ha === undefined) return;
    if (before.ha?.role !== "active" && after.ha?.role === "active") this.ha.mayBreak("ha-monitor");
    if (before.ha?.holdUntil !== after.ha?.holdUntil) this.world.clock.wake(seconds(0), { name: "ha" });
    const told =
      before.node.ready !== after.node.ready ||
      before.node.version !== after.node.version ||
      before.node.appVersion !== after.node.appVersion ||
      before.node.config.running !== after.node.config.running ||
      isSyncing(before.node) !== isSyncing(after.node);
    if (told) this.ha.statusChanged();
    const { running, pushed } = before.node.config;
    if (running !== after.node.config.running || pushed !== after.node.config.pushed)
      this.world.clock.wake(seconds(0), { name: "ha" });
  }

  protected afterJob(job: Job): void {
    this.#panoramas.each((link) => tellOrder(link, job));
    if (job.end?.result === "OK" && job.task.kind === "commit" && this.whole.ha?.role === "active") this.#syncPeer();
    if (job.end?.result === "OK" && job.task.kind === "download" && job.task.syncToPeer)
      this.ha?.shareImage(job.task.version);
  }

  /** Becomes what a tester wants. Throws `UsageError` for a role where there is no pair. */
  async force(wanted: ForcedState): Promise<Exit | void> {
    const { phase, ha_state: role } = wanted;
    if (role !== undefined) await this.#forceRole(role);
    await this.changeWhole((whole) => ({ state: withForcedFigures(whole, wanted), result: undefined }));
    switch (phase) {
      case undefined:
        return;
      case "online":
        return this.#bringOnline();
      case "downloading":
      case "installing":
        await this.#bringOnline();
        return keptBusy(this, phase, newestOther(this));
      case "rebooting":
        return this.#goDark(
          (node, now) => goneDown(node, later(now, this.draw(this.settings.timing.reboot))),
          "reboot",
        );
      case "maintenance":
        return this.#goDark(inMaintenance, "maintenance");
      case "offline":
        return this.#switchOff("lost");
      case "off":
        return this.#switchOff("off");
      default:
        phase satisfies never;
    }
  }

  #forceRole(role: NonNullable<ForcedState["ha_state"]>): Promise<void> {
    const { ha, profile } = this;
    if (ha?.isOn !== true)
      throw new UsageError("no-pair", `Firewall ${profile.serial} has no HA peer.`, { serial: profile.serial });
    if (role === "suspended") return ha.suspend();
    return role === "functional" ? ha.resume() : ha.fail("Forced by a tester");
  }

  /** Whoever was dark boots as if nothing had to be waited for; what was not committed is lost then. */
  async #bringOnline(): Promise<void> {
    const { name } = this.state.power;
    const wasDark = name !== "up" && name !== "closing";
    if (wasDark) await new StorageConfigFiles(this.world.storage).replaceJournal([]);
    await this.change((node, now) => ({ state: broughtOnline(node, now), result: undefined }));
    if (!wasDark) return;
    await this.wakeUp();
    await this.start("at-once");
  }

  /** A commit on the active member goes to the passive one, unless their releases are too different. */
  #syncPeer(): void {
    const peer = this.ha?.peer;
    if (
      peer !== undefined &&
      this.ha?.settings.configSync === true &&
      featureRelease(peer.version) === featureRelease(this.state.version)
    )
      this.ha?.shareConfig("running");
  }

  /** The power state's time has come: going down, or coming back. */
  async #power(): Promise<Exit | void> {
    const { power } = this.state;
    if (power.name === "rebooting") return { kind: "reboot", after: seconds(0) };
    if (power.name !== "closing") return;
    if (power.outcome === "off") return this.#switchOff("off");
    const fault = this.strike("reboot");
    if (fault?.error !== undefined) return this.#switchOff("lost");
    const down = this.draw(this.settings.timing.reboot);
    await this.#goDark((node, now) => goneDown(node, later(now, longer(down, fault?.delay))), "reboot");
  }

  async #switchOff(how: "off" | "lost"): Promise<Exit> {
    await this.#goDark((node) => gone(node, how), "power");
    return { kind: "power-off" };
  }

  /** Whoever is down has no role in a pair, and nothing open. */
  async #goDark(down: (node: NodeState, now: Instant) => NodeState, reason: string): Promise<void> {
    await this.changeWhole((whole, now) => {
      const ha = whole.ha === undefined ? {} : { ha: rebootedHa(whole.ha, now) };
      return { state: { ...whole, node: down(whole.node, now), ...ha }, result: undefined };
    });
    await this.#close(reason);
  }

  async #close(reason: string): Promise<void> {
    for (const name of [...DIALS, "dial-peer", "ha", ...OUTAGES]) this.world.clock.cancelWake(name);
    this.#panoramas.each((link) => link.hangUp(reason));
    await Promise.all([this.#listeners.close(), this.ha?.close(reason)]);
  }
}

/** Panorama waits for jobs that are part of an order of its own. */
function tellOrder(link: Pick<PanoramaLink, "tellPush">, { task, end }: Job): void {
  const order = orderOfTask(task);
  if (order !== undefined && end !== undefined) link.tellPush(order, end);
}
