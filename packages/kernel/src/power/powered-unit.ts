import { messageOf, UnderstudyError } from "../errors/understudy-error.ts";
import type { JsonObject } from "../events/event.ts";
import { type Address, unix } from "../network/address.ts";
import type { PowerableStorage } from "../storage/storage.ts";
import type { Due, Ticket } from "../time/clock.ts";
import { type Instant, later } from "../time/units.ts";
import { BootWorld, type WorldOwner } from "./boot-world.ts";
import type { Exit, Unit } from "./device.ts";
import type { Ground } from "./ground.ts";
import { WakeList } from "./wake-list.ts";
import type { Start, World } from "./world.ts";

/** A ticket with this token switches the power on again after a reboot. */
const POWER_ON = 0;

/** A wake-up's name, or an answer with whoever waits for it to be taken. */
type Episode = string | Answer;

interface Answer {
  readonly work: () => Promise<Exit | void>;
  readonly taken: () => void;
  readonly refused: (error: unknown) => void;
}

/** What the power switch keeps of a stand-in: small while idle, and all that a snapshot needs besides the storage. */
export class PoweredUnit implements Due, WorldOwner {
  readonly id: string;
  readonly family: string;
  readonly unit: Unit;
  readonly storage: PowerableStorage;
  readonly #ground: Ground;
  bootCount = 0;
  seq = 0;
  /** Its next boot is a cold one: it has run on this ground, or was off when a snapshot was taken. */
  cold = false;
  #world: BootWorld | undefined;
  #wakes = new WakeList();
  #restart: Ticket | undefined;
  #waiting: Episode[] | undefined;
  #answering: Answer | undefined;
  #busy = false;

  constructor(ground: Ground, id: string, family: string, unit: Unit, storage: PowerableStorage) {
    this.#ground = ground;
    this.id = id;
    this.family = family;
    this.unit = unit;
    this.storage = storage;
  }

  get isOn(): boolean {
    return this.#world !== undefined;
  }

  /** An episode is running. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Wants to come back by itself. */
  get isRestarting(): boolean {
    return this.#restart !== undefined;
  }

  get world(): World | undefined {
    return this.#world;
  }

  emit(type: string, change: JsonObject, about?: JsonObject): void {
    const event = { t: this.#ground.time.now(), source: this.id, seq: ++this.seq, type, change };
    this.#ground.events.record(about === undefined ? event : { ...event, about });
  }

  /** Boots. Rejects with what `boot` threw; the stand-in is off then. */
  async on(start: Start = this.cold ? "cold" : "resumed"): Promise<void> {
    if (this.#world !== undefined) return;
    this.#cancelRestart();
    this.bootCount++;
    this.cold = true;
    const world = new BootWorld(this.#ground, this, start);
    this.#world = world;
    try {
      const exit = await this.unit.boot(world);
      if (exit !== undefined && this.#world === world) this.#exit(exit);
    } catch (error) {
      if (this.#world === world) this.#end("failed");
      this.#tellFailure(error);
      throw error;
    }
  }

  /** Power is gone. `keep` says which unsynced files made it to the disk. */
  async cut(keep?: (path: string) => boolean): Promise<void> {
    if (!this.#end("power")) return;
    this.emit("power-cut", { phase: "off" });
    await this.storage.cut(keep);
  }

  /** An orderly end: what was written is kept. */
  async stop(): Promise<void> {
    if (!this.#end("power")) return;
    this.emit("power-off", { phase: "off" });
    await this.storage.sync();
  }

  /** Runs `work` as an episode, after those that wait. Rejects with what it throws, or when the power goes first. */
  answer(work: () => Promise<Exit | void>): Promise<void> {
    return new Promise((taken, refused) => this.#enqueue({ work, taken, refused }));
  }

  get caller(): string {
    return this.id;
  }

  /** Relative socket paths lie in the stand-in's own folder. */
  resolve(address: Address): Address {
    if (address.kind === "tcp" || address.path.startsWith("/")) return address;
    return unix(`${this.storage.hostFolder ?? `/stand-ins/${this.id}`}/${address.path}`);
  }

  setWake(name: string, at: Instant): void {
    this.cancelWake(name);
    this.#wakes.add(name, this.#ground.time.schedule(at, this, name));
  }

  cancelWake(name: string): void {
    const ticket = this.#wakes.take(name);
    if (ticket !== undefined) this.#ground.time.cancel(ticket);
  }

  dueOf(name: string): Instant | undefined {
    const ticket = this.#wakes.get(name);
    return ticket === undefined ? undefined : this.#ground.time.dueOf(ticket);
  }

  due(token: number | string): void {
    if (token === POWER_ON) {
      this.#restart = undefined;
      this.on().catch((error: unknown) => this.#logFailure(error));
      return;
    }
    const name = String(token);
    this.#wakes.take(name);
    this.#enqueue(name);
  }

  #enqueue(episode: Episode): void {
    if (this.#world === undefined) return;
    if (this.#busy) {
      this.#waiting ??= [];
      this.#waiting.push(episode);
      return;
    }
    this.#busy = true;
    this.#run(this.#world, episode);
  }

  /** Runs an episode and those that wait behind it; synchronous as far as they are. */
  #run(world: BootWorld, first: Episode): void {
    let episode: Episode | undefined = first;
    try {
      while (episode !== undefined) {
        const running =
          typeof episode === "string" ? this.unit.wake({ kind: "timer", name: episode }) : this.#take(episode);
        if (running instanceof Promise) {
          running.then(
            (exit) => this.#after(world, exit ?? undefined),
            (error) => {
              if (this.#world === world) this.#fail(error);
            },
          );
          return;
        }
        if (running !== undefined) return this.#exit(running);
        if (this.#world !== world) return;
        episode = this.#waiting?.shift();
      }
      this.#busy = false;
      this.#waiting = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #take(answer: Answer): Promise<Exit | void> {
    this.#answering = answer;
    try {
      const exit = await answer.work();
      answer.taken();
      return exit;
    } catch (error) {
      answer.refused(error);
    } finally {
      this.#answering = undefined;
    }
  }

  #after(world: BootWorld, exit: Exit | undefined): void {
    if (this.#world !== world) return;
    if (exit !== undefined) return this.#exit(exit);
    const next = this.#waiting?.shift();
    if (next !== undefined) return this.#run(world, next);
    this.#waiting = undefined;
    this.#busy = false;
  }

  #exit(exit: Exit): void {
    switch (exit.kind) {
      case "failed":
        this.#fail(exit.error);
        return;
      case "power-off":
        this.#end("power");
        this.emit("power-off", { phase: "off" });
        this.#syncThen(() => undefined);
        return;
      case "reboot":
        this.#end("reboot");
        this.emit("reboot", { phase: "off" });
        this.#restart = this.#ground.time.schedule(later(this.#ground.time.now(), exit.after), this, POWER_ON);
        this.#syncThen(() => undefined);
        return;
      default:
        exit satisfies never;
    }
  }

  #syncThen(done: () => void): void {
    this.storage.sync().then(done, (error) => this.emit("failed", {}, { error: messageOf(error) }));
  }

  #fail(error: unknown): void {
    this.#end("failed");
    this.#tellFailure(error);
    this.#logFailure(error);
  }

  #tellFailure(error: unknown): void {
    this.emit("failed", { phase: "off" }, { code: codeOf(error), error: messageOf(error) });
  }

  /** For failures that nobody else hears of. The stack says something only of what nobody expected. */
  #logFailure(error: unknown): void {
    const stack = error instanceof UnderstudyError || !(error instanceof Error) ? {} : { stack: error.stack };
    this.#ground.logFor(this.id).error("stand-in failed", { code: codeOf(error), error: messageOf(error), ...stack });
  }

  #end(reason: string): boolean {
    this.#cancelRestart();
    const world = this.#world;
    if (world === undefined) return false;
    this.#world = undefined;
    for (const ticket of this.#wakes.tickets()) this.#ground.time.cancel(ticket);
    this.#wakes = new WakeList();
    this.#refuseAnswers();
    this.#waiting = undefined;
    this.#busy = false;
    world.end(reason);
    return true;
  }

  #refuseAnswers(): void {
    const answers = [this.#answering, ...(this.#waiting ?? [])].filter((episode) => typeof episode === "object");
    this.#answering = undefined;
    for (const answer of answers)
      answer.refused(new UnderstudyError("off", `${this.id} was switched off.`, { id: this.id }));
  }

  #cancelRestart(): void {
    if (this.#restart !== undefined) this.#ground.time.cancel(this.#restart);
    this.#restart = undefined;
  }
}

const codeOf = (error: unknown): string => (error instanceof UnderstudyError ? error.code : "unexpected");
