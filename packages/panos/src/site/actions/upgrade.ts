import {
  type Duration,
  type Instant,
  type JsonObject,
  later,
  messageOf,
  NetworkError,
  seconds,
  type World,
} from "@understudy/kernel";
import { type HaView, haMessage } from "../../wire/messages/high-availability.ts";
import { jobsMessage } from "../../wire/messages/job.ts";
import { softwareListMessage } from "../../wire/messages/software.ts";
import { type SystemInfo, systemInfoMessage } from "../../wire/messages/system-info.ts";
import { childText, textOf } from "../../wire/xml/tree.ts";
import { xml } from "../../wire/xml/write.ts";
import { type ApiClient, ApiClientError, type ApiReply } from "../api-client.ts";
import { type Observation, planUpgrade, type StartedJob } from "./plan-upgrade.ts";

/** What an upgrade is to reach, and how patient it is. */
export interface UpgradeOrder {
  readonly version: string;
  /** Releases whose images are to be on the disk besides. */
  readonly through: readonly string[];
  readonly poll: Duration;
  /** For each firewall. */
  readonly patience: Duration;
}

export const UPGRADE_PATIENCE = { poll: seconds(1), patience: seconds(7200) } as const;

/** The states of a pair that has settled. */
const SETTLED: ReadonlySet<string> = new Set(["active passive", "active-primary active-secondary"]);

/** What the operator remembers of one firewall while it is upgraded. */
interface Notes {
  started: readonly StartedJob[];
  uptime: Duration;
}

/** Upgrades firewalls through Panorama as an operator does: pairs one member after the other, the passive one first. */
export class Upgrade {
  readonly #world: World;
  readonly #panorama: ApiClient;
  readonly #order: UpgradeOrder;

  constructor(world: World, panorama: ApiClient, order: UpgradeOrder) {
    this.#world = world;
    this.#panorama = panorama;
    this.#order = order;
  }

  /**
   * Resolves to the version each firewall runs in the end. What goes wrong with one keeps no other from its upgrade; when all have ended, it
   * rejects with the first thing that went wrong and how many were concerned.
   */
  async run(serials: readonly string[]): Promise<JsonObject> {
    const groups = await this.#groups(serials);
    const ends = await Promise.allSettled(groups.map((group) => this.#upgradeGroup(group)));
    throwFirst(
      ends.flatMap((end) => (end.status === "rejected" ? [asError(end.reason)] : [])),
      groups.length,
    );
    const versions = serials.map(
      async (serial) => [serial, (await this.#patiently(serial, (firewall) => this.#info(firewall))).version] as const,
    );
    return Object.fromEntries(await Promise.all(versions));
  }

  /** Pairs with their passive member first, single firewalls by themselves. */
  async #groups(serials: readonly string[]): Promise<readonly (readonly string[])[]> {
    const groups: string[][] = [];
    const placed = new Set<string>();
    for (const serial of serials) {
      if (placed.has(serial)) continue;
      const view = await this.#patiently(serial, (firewall) => this.#haView(firewall));
      const peer = view.enabled ? view.peer.serial : undefined;
      const group = peer !== undefined && serials.includes(peer) ? [serial, peer] : [serial];
      if (view.enabled && group.length === 2 && /^active(-primary)?$/.test(view.local.state)) group.reverse();
      for (const member of group) placed.add(member);
      groups.push(group);
    }
    return groups;
  }

  async #upgradeGroup(group: readonly string[]): Promise<void> {
    for (const serial of group) {
      const notes: Notes = { started: [], uptime: seconds(0) };
      await this.#patiently(serial, (firewall) => this.#step(firewall, notes));
    }
  }

  /** One look and one step. `undefined`: there is more to do. */
  async #step(firewall: ApiClient, notes: Notes): Promise<true | undefined> {
    const step = planUpgrade(this.#order.version, this.#order.through, await this.#observe(firewall, notes));
    switch (step.do) {
      case "done":
        return true;
      case "wait":
        return undefined;
      case "download":
      case "install":
        notes.started = [
          ...notes.started,
          { id: await this.#start(firewall, step.do, step.version), what: step.do, version: step.version },
        ];
        return undefined;
      case "restart":
        await this.#ask(firewall, "<request><restart><system/></restart></request>");
        return undefined;
      case "give-up": {
        const text = step.job.details.join(" ");
        throw new ApiClientError("job-failed", `Job ${step.job.id} of ${firewall.target} failed: ${text}`, {
          serial: firewall.target,
          job: step.job.id,
          text,
        });
      }
    }
  }

  async #start(firewall: ApiClient, what: "download" | "install", version: string): Promise<number> {
    const argument = xml`<version>${version}</version>`.markup;
    const reply = await this.#ask(
      firewall,
      `<request><system><software><${what}>${argument}</${what}></software></system></request>`,
    );
    return Number(childText(reply.result, "job"));
  }

  async #observe(firewall: ApiClient, notes: Notes): Promise<Observation> {
    const info = await this.#info(firewall);
    const jobs = jobsMessage.parse((await this.#ask(firewall, "<show><jobs><all/></jobs></show>")).result) ?? [];
    if (info.uptime < notes.uptime) notes.started = []; // it has booted: job numbers begin anew
    notes.uptime = info.uptime;
    const software = softwareListMessage.parse(
      (await this.#ask(firewall, "<request><system><software><check/></software></system></request>")).result,
    );
    const ready = textOf((await this.#ask(firewall, "<show><chassis-ready/></show>")).result).trim() === "yes";
    const view = await this.#haView(firewall);
    const pairSettled = !view.enabled || SETTLED.has([view.local.state, view.peer.state].sort().join(" "));
    return {
      running: info.version,
      ready,
      pairSettled,
      software: software ?? { updatedAt: 0 as Instant, entries: [] },
      jobs,
      started: notes.started,
    };
  }

  async #haView(firewall: ApiClient): Promise<HaView> {
    const reply = await this.#ask(firewall, "<show><high-availability><state/></high-availability></show>");
    return haMessage.parse(reply.result) ?? { enabled: false };
  }

  async #info(firewall: ApiClient): Promise<SystemInfo> {
    const reply = await this.#ask(firewall, "<show><system><info/></system></show>");
    const info = systemInfoMessage.parse(reply.result);
    if (info === undefined)
      throw new ApiClientError("malformed", `${firewall.target} tells nothing of itself.`, { serial: firewall.target });
    return info;
  }

  /** A command that must succeed. */
  async #ask(firewall: ApiClient, cmd: string): Promise<ApiReply> {
    const reply = await firewall.op(cmd);
    if (reply.ok) return reply;
    throw new ApiClientError("refused", `${firewall.target} refused ${cmd}: ${reply.text}`, { text: reply.text, cmd });
  }

  /** Tries again and again until there is a result. A firewall that cannot be reached is one that is "not yet" back. */
  async #patiently<T>(serial: string, attempt: (firewall: ApiClient) => Promise<T | undefined>): Promise<T> {
    const firewall = this.#panorama.for(serial);
    const deadline = later(this.#world.clock.now(), this.#order.patience);
    for (;;) {
      const outcome = await this.#once(() => attempt(firewall));
      if (outcome !== undefined) return outcome;
      if (this.#world.clock.now() >= deadline)
        throw new ApiClientError("out-of-patience", `Gave up waiting for ${serial}.`, { serial });
      await this.#world.clock.sleep(this.#order.poll);
    }
  }

  async #once<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await attempt();
    } catch (error) {
      const absent =
        error instanceof ApiClientError &&
        error.code === "refused" &&
        String(error.details["text"]).endsWith("not connected");
      if (error instanceof NetworkError || absent) return undefined;
      throw error;
    }
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(messageOf(reason)));

function throwFirst([first, ...others]: readonly Error[], groups: number): void {
  if (first === undefined) return;
  if (others.length === 0 || !(first instanceof ApiClientError)) throw first;
  const message = `${others.length + 1} of ${groups} upgrades failed, the first one so: ${first.message}`;
  throw new ApiClientError(first.code, message, { ...first.details, failed: others.length + 1 }, { cause: first });
}
