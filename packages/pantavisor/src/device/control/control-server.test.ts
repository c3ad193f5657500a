import {
  EventList,
  type HttpAnswer,
  type HttpReply,
  MemoryStorage,
  type ReceivedRequest,
  readText,
  VirtualCell,
  type World,
} from "@understudy/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootDevice } from "../boot-device.ts";
import { Core } from "../core.ts";
import { stateFile } from "../layout.ts";
import { type PantavisorDeviceOptions, settingsOf } from "../settings.ts";
import type { Caller } from "./caller.ts";
import { ControlServer } from "./control-server.ts";

const run = (name: string, more: object): object => ({ name, type: "lxc", config: "c", group: "g", ...more });
const STATE = {
  "#spec": "pantavisor-service-system@1",
  "device.json": { groups: [{ name: "g" }] },
  "boss/run.json": run("boss", { roles: ["mgmt"] }),
  "plain/run.json": run("plain", { roles: [] }),
  "ready/run.json": run("ready", {
    roles: ["nobody"],
    status_goal: "READY",
    drivers: { manual: ["wifi"], required: ["eth"] },
  }),
  "bsp/drivers.json": { all: { eth: ["e1000"] } },
};

async function aCore(options: PantavisorDeviceOptions = {}): Promise<Core> {
  const cell = new VirtualCell({ seed: 1, events: new EventList() });
  const world: World = await cell.power.operator("device", new MemoryStorage({ now: () => cell.time.now() }));
  await world.storage.write(stateFile("0"), JSON.stringify(STATE));
  const core = new Core({ id: "device", index: 0, options: {} }, settingsOf({ control: true, ...options }), {}, world);
  await bootDevice(core);
  return core;
}

function server(
  core: Core,
  caller: Caller,
): (method: string, target: string, body?: string) => Promise<{ status: number; body: string }> {
  const { control } = core;
  if (control === undefined) throw new Error("this core has no control socket");
  const one = new ControlServer(core, control, caller);
  return async (method, target, body) => {
    const via = { listener: "pv-ctrl", secure: false, port: 0, remote: "unix" };
    const content = body === undefined ? ({ kind: "empty" } as const) : ({ kind: "text", text: body } as const);
    const request: ReceivedRequest = { method, target, version: "1.1", headers: [], body: content, via };
    return shown(await one.handle(request));
  };
}

async function shown(answer: HttpAnswer): Promise<{ status: number; body: string }> {
  const { status, body }: HttpReply =
    "outcome" in answer ? { status: 0, headers: [], body: { kind: "empty" } } : answer;
  return { status, body: await readText(body) };
}

const container = (name: string): Caller => ({ kind: "container", name });
const error = (text: string): string => `{"Error":"${text}"}`;

describe.each(["safe", "strict"] as const)("callers, %s profile", (compat) => {
  test("vectors 25, 27 and 28: an ordinary container may signal, and nothing else", async () => {
    const core = await aCore({ compat });
    const plain = server(core, container("plain"));
    expect(await plain("POST", "/signal", '{"type":"ready","payload":""}')).toEqual({
      status: 500,
      body: error("Signal not expected from this platform"),
    });
    expect(await plain("GET", "/containers")).toEqual({
      status: 403,
      body: error("Request not sent from a mgmt platform"),
    });
    expect(await plain("PUT", "/containers/x", '{"action":"stop"}')).toEqual({
      status: 403,
      body: error("Request not sent from mgmt platform"),
    });
    const sha = "a".repeat(64);
    expect((await plain("GET", `/objects/${sha}`)).status).toBe(compat === "strict" ? 400 : 403);
    expect((await plain("PUT", `/objects/${sha}`, "x")).status).toBe(403);
    expect(await plain("GET", "/nope")).toEqual({ status: 400, body: error("unknown endpoint: /nope") });
  });

  test("a container whose goal is READY becomes ready by its signal; a manager may do everything", async () => {
    const core = await aCore({ compat });
    expect(await server(core, container("ready"))("POST", "/signal", '{"type":"ready"}')).toEqual({
      status: 200,
      body: "",
    });
    expect((await server(core, container("ready"))("POST", "/signal", '{"type":"alive"}')).status).toBe(500);
    expect((await server(core, container("boss"))("GET", "/containers")).status).toBe(200);
    expect((await server(core, { kind: "host" })("POST", "/signal", '{"type":"ready"}')).status).toBe(200);
  });

  test("a container that the state does not have is a stranger", async () => {
    const stranger = server(await aCore({ compat }), container("_pv"));
    expect(await stranger("GET", "/containers")).toEqual({ status: 500, body: error("Internal Error") });
    expect(await stranger("PUT", "/containers/x", "{}")).toEqual({
      status: 500,
      body: error("Internal error, unknown caller"),
    });
  });
});

test("whatever is sent, there is one reply, and the device goes on", async () => {
  const core = await aCore();
  const host = server(core, { kind: "host" });
  const roots = [
    "containers",
    "groups",
    "signal",
    "objects",
    "steps",
    "user-meta",
    "device-meta",
    "commands",
    "drivers",
    "daemons",
    "storage",
    "config2",
  ];
  const part = fc.oneof(
    fc.constantFrom(
      ...roots,
      "locals",
      "progress",
      "commitmsg",
      "current",
      "..",
      ".",
      "{}",
      "0",
      "app",
      "a".repeat(64),
      "%2e%2e",
      "meta.json",
      "gc",
      "__proto__",
    ),
    fc.string({ maxLength: 300 }).map((text) => text.replace(/[\s?#]/g, "x")),
  );
  const target = fc
    .tuple(fc.constantFrom(...roots), fc.array(part, { maxLength: 4 }))
    .map(([root, parts]) => `/${[root, ...parts].join("/")}`);
  const body = fc.option(
    fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          op: fc.constantFrom("RUN_GC", "LOCAL_RUN", "MAKE_FACTORY", "", "x"),
          payload: fc.oneof(fc.string(), fc.constant({})),
        })
        .map((value) => JSON.stringify(value)),
      fc
        .record({ "#spec": fc.constant("pantavisor-service-system@1"), "a/run.json": fc.object() })
        .map((value) => JSON.stringify(value)),
    ),
    { nil: undefined },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"),
      target,
      body,
      async (method, path, content) => {
        const reply = await host(method, path, content);
        expect([200, 204, 400, 404, 409, 414, 422, 501, 503, 507]).toContain(reply.status);
        if (reply.status >= 400 && method !== "HEAD") expect(JSON.parse(reply.body)).toHaveProperty("Error");
      },
    ),
    { numRuns: 500 },
  );
  expect((await host("GET", "/containers")).status).toBe(200);
  for (const folder of ["objects", "trails", "device-meta", "user-meta"]) {
    for (const name of await core.world.storage.list(folder)) expect(name).not.toMatch(/\.upload$/);
  }
  expect(await core.world.storage.list("")).toEqual(expect.not.arrayContaining(["x"]));
});
