import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LabReport, runLab } from "@understudy/fleet";
import {
  type Device,
  type DeviceState,
  type Family,
  type JsonObject,
  type JsonValue,
  later,
  seconds,
} from "@understudy/kernel";
import { crashSweep, TestSite } from "@understudy/kernel/testing";
import { describe, expect, test } from "vitest";

/** A small story that a family has to live through in every way a lab can run. */
export interface Story {
  readonly family: Family;
  readonly devices: readonly {
    readonly id: string;
    readonly options?: JsonObject;
    readonly decide?: Readonly<Record<string, string>>;
  }[];
  /** All is ready for the action. */
  readonly ready: (states: Readonly<Record<string, DeviceState>>) => boolean;
  readonly action: { readonly name: string; readonly args: JsonObject; readonly to: readonly string[] };
  /** In the middle of what the action began: where a snapshot is taken. */
  readonly middle: (states: Readonly<Record<string, DeviceState>>) => boolean;
  /** The story has come to its end, well. */
  readonly done: (states: Readonly<Record<string, DeviceState>>) => boolean;
  /** Keys of the state that differ from run to run by nature (times, counters) and are not compared. */
  readonly passing?: readonly string[];
  /** The device does several things at once, so that only which events there were is compared, not their order. */
  readonly concurrent?: boolean;
  /** The cloud keeps nothing on its disk in this story, so that it cannot be struck at a write. */
  readonly cloudWritesNothing?: boolean;
  /** Whose writes are struck, one after another. */
  readonly struck: string;
  /** The same story as a lab file, for many devices. */
  readonly lab: string;
  /** How many times faster than the machine's clock the run over sockets is. */
  readonly scale: number;
}

/** Eight threads on two cores take their time. */
const WORKERS_TIMEOUT_MS = 180_000;

/** How long a stand-in that was struck has no power. */
const OFF_FOR = seconds(1);

interface Stage extends AsyncDisposable {
  readonly site: TestSite;
  states(): Record<string, DeviceState>;
  settled(done: Story["done"]): () => boolean;
}

/** What every family's slice has to pass before it is widened. */
export function gate(story: Story): void {
  const { family } = story;
  describe(`the gate, for ${family.name}`, () => {
    test("sockets and direct calls give the same results", async () => {
      const direct = await live(story, "virtual");
      const sockets = await live(story, "sockets");
      expect(sockets).toEqual(direct);
    });

    const kinds = story.cloudWritesNothing === true ? (["device"] as const) : (["device", "cloud"] as const);
    test.each(kinds)("a power cut of the %s before or after any write: all agree in the end", async (kind) => {
      const unit = kind === "device" ? story.struck : family.cloudKind;
      const runs = await crashSweep(unit, async (run) => {
        await using stage = await open(story, { probe: run.probe });
        const { site } = stage;
        run.arm((id, unsynced) => {
          const { power, ground } = site.cell;
          void power.cut(id, unsynced);
          ground.time.schedule(later(ground.time.now(), OFF_FOR), { due: () => void power.on(id) }, 0);
        });
        await switchOn(story, stage);
        await reach(stage, story.ready);
        await act(story, stage).catch(() => actAgain(story, stage));
        await reach(stage, story.done);
        run.over();
      });
      expect(runs).toBeGreaterThan(8);
    });

    test("a snapshot in the middle, loaded twice, gives twice the same, and comes to the same end", async () => {
      await using stage = await open(story);
      await switchOn(story, stage);
      await reach(stage, story.ready);
      await act(story, stage);
      await stage.site.until(() => story.middle(stage.states()), "the middle of the story");
      const frozen = await stage.site.virtual.freeze();
      const one = await thawed(story, frozen);
      const two = await thawed(story, frozen);
      expect(one.lines.length).toBeGreaterThan(0);
      expect(two).toEqual(one);
      await reach(stage, story.done);
      expect(one.states).toEqual(comparable(story, stage.states()));
    });

    test(
      "the event file is the same with 1, 2 and 8 workers",
      async () => {
        const folder = mkdtempSync(join(tmpdir(), "understudy-gate-"));
        try {
          const one = await runOn(story, folder, 1);
          expect(one.report.failures).toEqual([]);
          expect(one.report.findings).toEqual([]);
          expect(one.report.cells).toBeGreaterThan(1);
          expect(await runOn(story, folder, 2)).toEqual(one);
          expect(await runOn(story, folder, 8)).toEqual(one);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      WORKERS_TIMEOUT_MS,
    );
  });
}

async function open(story: Story, options: Parameters<typeof TestSite.open>[0] = {}): Promise<Stage> {
  const site = await TestSite.open({ seed: 7, scale: story.scale, ...options });
  const devices = new Map<string, Device>();
  await site.addCloud(story.family);
  for (const { id, options: given = {}, decide = {} } of story.devices) {
    devices.set(id, await site.addDevice(story.family, given, { id, decide, power: "off" }));
  }
  return stageOf(site, devices);
}

function stageOf(site: TestSite, devices: ReadonlyMap<string, Device>): Stage {
  const states = (): Record<string, DeviceState> =>
    Object.fromEntries([...devices.keys()].map((id) => [id, site.cell.stateOf(id)]));
  const agreed = (): boolean => [...devices.keys()].every((id) => site.cell.differences(id).length === 0);
  return {
    site,
    states,
    settled: (done) => () => done(states()) && agreed(),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** Boots are not waited for: a stand-in may be struck in the middle of its own. */
async function switchOn(story: Story, stage: Stage): Promise<void> {
  for (const { id } of story.devices) void stage.site.cell.power.on(id);
  await stage.site.until(() => story.devices.every(({ id }) => stage.site.cell.power.isOn(id)));
}

/** Lets time pass until the story has come so far and all agree. */
async function reach(stage: Stage, done: Story["done"]): Promise<void> {
  await stage.site.until(stage.settled(done), `${String(done)} and all agreed`);
}

async function act(story: Story, stage: Stage): Promise<void> {
  const { name, args, to } = story.action;
  await stage.site.during(stage.site.cell.act(story.family, story.family.cloudKind, name, args, to));
}

/** What an operator does whose request met a cloud without power. */
async function actAgain(story: Story, stage: Stage): Promise<void> {
  await stage.site.runFor(seconds(5));
  await act(story, stage);
}

/** One undisturbed run: what happened to each device, and how all ended. */
async function live(
  story: Story,
  mode: "virtual" | "sockets",
): Promise<{ readonly events: JsonValue; readonly states: JsonValue }> {
  await using stage = await open(story, { mode });
  await switchOn(story, stage);
  await reach(stage, story.ready);
  await act(story, stage);
  await reach(stage, story.done);
  const events = Object.fromEntries(
    story.devices.map(({ id }) => {
      const lines = stage.site.events
        .ofSource(id)
        .map(({ type, change }) => `${type} ${JSON.stringify(comparable(story, change))}`);
      return [id, story.concurrent === true ? lines.sort() : lines];
    }),
  );
  return { events, states: comparable(story, stage.states()) };
}

async function thawed(
  story: Story,
  frozen: Parameters<typeof TestSite.thaw>[0],
): Promise<{ readonly lines: string; readonly states: JsonValue }> {
  await using site = await TestSite.thaw(frozen);
  await using stage = stageOf(site, new Map([...site.cell.devices].map(([id, { device }]) => [id, device])));
  await reach(stage, story.done);
  return { lines: site.events.lines(), states: comparable(story, stage.states()) };
}

async function runOn(
  story: Story,
  folder: string,
  workers: number,
): Promise<{ readonly report: LabReport; readonly hash: string }> {
  const eventsTo = join(folder, `${workers}.jsonl`);
  const report = await runLab({ text: story.lab, file: "gate.yaml" }, { workers, eventsTo });
  return { report, hash: createHash("sha256").update(readFileSync(eventsTo)).digest("hex") };
}

/** Without what differs by nature: ids and tokens that hold a time, instants, and the story's passing keys. */
function comparable(story: Story, value: JsonValue): JsonValue {
  if (typeof value === "string") return value.replaceAll(/[0-9a-f]{24}/g, "<id>");
  if (typeof value === "number") return value > 1e11 ? "<instant>" : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((one: JsonValue) => comparable(story, one));
  const entries = Object.entries(value).filter(([key]) => story.passing?.includes(key) !== true);
  return Object.fromEntries(entries.map(([key, one]) => [key, comparable(story, one)]));
}
