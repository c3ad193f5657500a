import { Type } from "typebox";
import { expect, test } from "vitest";
import type { JsonObject } from "../events/event.ts";
import { EventList } from "../events/recorder.ts";
import type { Family } from "../family/family.ts";
import type { Logger } from "../log/logger.ts";
import { silentLogger } from "../log/silent-logger.ts";
import type { Device } from "../power/device.ts";
import { jsonReply } from "../server/reply.ts";
import { minutes, seconds } from "../time/units.ts";
import { ServedCell } from "./served-cell.ts";
import { settled } from "./settling.ts";
import { VirtualCell } from "./virtual-cell.ts";

/** A lamp is settled once it is warm. */
class Lamp implements Device {
  warm = false;
  boot = async (): Promise<void> => undefined;
  wake = (): void => undefined;
  answer = async (): Promise<void> => undefined;
  state = () => ({ phase: "on", warm: this.warm });
}

/** Lamps below a switchboard that answers `/lamps` and, itself, `/health`. */
function aFamily(lamps: Map<string, Lamp>): Family {
  const anything = Type.Record(Type.String(), Type.Unknown());
  return {
    name: "lamp",
    cloudKind: "switchboard",
    ports: { http: 7499 },
    tlsPorts: { https: 7498 },
    ownPaths: ["/health"],
    schemas: { cloud: anything, device: anything, actions: {} },
    operations: [],
    phases: [{ name: "on", tone: "good" }],
    isSettled: ({ warm }) => warm === true,
    createCloud: async (spec, world) => {
      const handler = { handle: () => jsonReply({ by: "itself" }) };
      const { http, https } = spec.listen;
      const plain = http === undefined ? undefined : await world.network.serve(http, handler);
      const secure =
        https === undefined || spec.tls === undefined
          ? undefined
          : await world.network.serve(https, handler, { tls: spec.tls });
      return {
        endpoints: {
          ...(plain && { http: { address: plain.address } }),
          ...(secure && { https: { address: secure.address, tls: {} } }),
        },
        enrol: async () => ({}),
        belief: () => undefined,
        changed: () => [],
        changes: 0,
        close: async () => undefined,
      };
    },
    createDevice: ({ id }) => {
      const lamp = new Lamp();
      lamps.set(id, lamp);
      return lamp;
    },
    act: async (): Promise<JsonObject> => ({}),
  };
}

async function aServedCell(
  options: { readonly tls?: "issued"; readonly rateLimit?: number; readonly logs?: Logger } = {},
) {
  const lamps = new Map<string, Lamp>();
  const family = aFamily(lamps);
  const { logs = silentLogger, ...more } = options;
  const served = await ServedCell.open({ seed: 1, events: new EventList(), logs: () => logs, ...more });
  const free = { port: 0, option: "--port" };
  const ports = { http: free, ...(options.tls === undefined ? {} : { https: free }) };
  await served.startCloud(family, { name: "board", options: {}, ports });
  for (const id of ["one", "two"]) {
    await served.cell.addDevice(family, { id, index: 0, options: {} }, { cloud: "board" });
    await served.cell.power.on(id);
  }
  const url = served.addresses.find(({ name }) => name === "board (http)")?.url ?? "";
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  return { served, lamps, family, status, url };
}

test("a cloud is not well before all devices that are on have settled; then it answers for itself", async () => {
  const { served, lamps, status } = await aServedCell();
  await using _ = served;
  const settling = served.settle();
  expect([await status("/health"), await status("/lamps")]).toEqual([503, 200]);
  await served.cell.power.cut("two"); // nobody waits for what is off
  const one = lamps.get("one");
  if (one !== undefined) one.warm = true;
  expect(await settling).toEqual([]);
  expect([await status("/health"), served.isStarting]).toEqual([200, false]);
});

test("a cell that ends while devices settle is not waited for", async () => {
  const { served } = await aServedCell();
  const settling = served.settle();
  await served.close();
  expect(await settling).toEqual([]);
});

test("whoever does not settle is named when the time is up", async () => {
  const lamps = new Map<string, Lamp>();
  const family = aFamily(lamps);
  const cell = new VirtualCell({ seed: 1, events: new EventList() });
  for (const id of ["warm", "cold", "off"]) {
    await cell.addDevice(family, { id, index: 0, options: {} });
    if (id !== "off") await cell.power.on(id);
  }
  const warm = lamps.get("warm");
  if (warm !== undefined) warm.warm = true;
  let late: readonly string[] | undefined;
  const patience = { poll: seconds(1), limit: minutes(1) };
  void settled(cell, patience, new AbortController().signal).then((ids) => {
    late = ids;
  });
  const start = cell.time.now();
  await cell.time.runUntil((start + seconds(59)) as typeof start); // an instant plus a duration
  expect(late).toBeUndefined();
  await cell.time.runUntil((start + seconds(62)) as typeof start); // likewise
  expect(late).toEqual(["cold"]);
});

test("metrics, the rate limit and an issued certificate come with it", async () => {
  const { served, status, url } = await aServedCell({ tls: "issued", rateLimit: 1 });
  await using _ = served;
  expect([await status("/lamps"), await status("/lamps"), await status("/metrics")]).toEqual([200, 429, 200]);
  expect(served.addresses.map(({ name }) => name)).toEqual(["board (http)", "board (https)"]);
  const { certificate } = await served.authority();
  expect(certificate).toContain("BEGIN CERTIFICATE");
  const port = Number(new URL(url).port);
  const other = await ServedCell.open({ seed: 1, events: new EventList() });
  await using __ = other;
  const taken = { name: "second", options: {}, ports: { http: { port, option: "--port" } } };
  await expect(other.startCloud(aFamily(new Map()), taken)).rejects.toMatchObject({
    code: "port-in-use",
    message: expect.stringContaining("--port"),
  });
});
