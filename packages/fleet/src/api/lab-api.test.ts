import { later, seconds, UsageError } from "@understudy/kernel";
import { expect, test } from "vitest";
import { LabApiError, LabClient } from "./client.ts";
import { ADevice, ALab, fetchFrom } from "./fixtures/a-lab.ts";
import { createLabApi, type LabApiOptions } from "./lab-api.ts";

const question = { id: "q1", kind: "update", text: "Take it?", choices: ["yes", "no"], otherwise: "no", deadline: 1 };

function aSite(devices: readonly ADevice[] = [], options: LabApiOptions = {}, ring?: number) {
  const lab = new ALab(devices, ring === undefined ? {} : { ring });
  const api = createLabApi(lab, options);
  const fetch = fetchFrom(api);
  const client = new LabClient({ url: "http://127.0.0.1:7400/", fetch });
  return { lab, api, client, fetch };
}

const three = () => [
  new ADevice("lamp-1", { phase: "idle", place: "Kitchen" }, { place: "Kitchen" }),
  new ADevice("lamp-2", { phase: "busy", place: "Hall", question }, { place: "Attic" }),
  new ADevice("lamp-3", { phase: "idle", place: "Cellar" }),
];
const refusedWith = (status: number, error: string) => ({ status, details: expect.objectContaining({ error }) });

test("devices come page by page, and can be filtered", async () => {
  const { client } = aSite(three());
  const first = await client.devices({ limit: 2 });
  expect(first.devices.map((device) => device.id)).toEqual(["lamp-1", "lamp-2"]);
  expect(first).toMatchObject({ total: 3, next: "lamp-2" });
  const last = await client.devices({ limit: 2, after: "lamp-2" });
  expect(last).toEqual({
    devices: [{ id: "lamp-3", family: "lamp", cloud: "lamps", on: true, phase: "idle" }],
    total: 3,
  });
  const idsOf = async (query: object) =>
    (await Array.fromAsync(client.allDevices({ limit: 1, ...query }))).map((device) => device.id);
  expect(await idsOf({})).toEqual(["lamp-1", "lamp-2", "lamp-3"]);
  expect(await idsOf({ phase: "idle" })).toEqual(["lamp-1", "lamp-3"]);
  expect(await idsOf({ text: "HALL" })).toEqual(["lamp-2"]);
  expect(await idsOf({ family: "toaster" })).toEqual([]);
});

test("a device shows what it is, what its cloud believes, and where they differ", async () => {
  const { client } = aSite(three());
  expect(await client.device("lamp-2")).toEqual({
    ...{ id: "lamp-2", family: "lamp", cloud: "lamps", on: true, phase: "busy", question },
    state: { phase: "busy", place: "Hall", question },
    belief: { place: "Attic" },
    differences: [{ key: "place", belief: "Attic", reality: "Hall" }],
  });
  expect((await client.device("lamp-3")).belief).toBeNull();
  await expect(client.device("lamp/9")).rejects.toMatchObject(refusedWith(404, "unknown-device"));
});

test("the ledger lists only devices of which the cloud believes something else", async () => {
  const { client } = aSite(three());
  expect(await client.ledger()).toEqual({
    rows: [
      {
        device: "lamp-2",
        family: "lamp",
        phase: "busy",
        differences: [{ key: "place", belief: "Attic", reality: "Hall" }],
      },
    ],
  });
});

test("questions are listed and answered; what was not asked is refused in the lab's words", async () => {
  const { client, lab } = aSite(three());
  expect(await client.questions()).toEqual({ questions: [{ device: "lamp-2", family: "lamp", question }] });
  expect((await client.answer("lamp-2", "q1", "yes")).id).toBe("lamp-2");
  expect(lab.acts).toEqual([{ id: "lamp-2", question: "q1", choice: "yes" }]);
  await expect(client.answer("lamp-2", "q9", "yes")).rejects.toMatchObject(refusedWith(409, "unknown-question"));
  await expect(client.answer("lamp-9", "q1", "yes")).rejects.toBeInstanceOf(LabApiError);
});

test("a fault rule is added to the book; names that nobody knows are refused", async () => {
  const { client, lab } = aSite(three());
  const rule = { family: "lamp", device: "lamp-1", operation: "ask", nth: 2, error: "no answer", delayMs: 500 };
  expect(await client.addFault(rule)).toEqual({ faults: [rule] });
  expect(lab.faults).toEqual([
    { family: "lamp", device: "lamp-1", operation: "ask", nth: 2, error: "no answer", delay: seconds(0.5) },
  ]);
  expect(await client.faults()).toEqual({ faults: [rule] });
  await expect(client.addFault({ family: "lamp", operation: "sing" })).rejects.toMatchObject(
    refusedWith(404, "unknown-operation"),
  );
  await expect(client.addFault({ family: "sofa", operation: "ask" })).rejects.toMatchObject(
    refusedWith(404, "unknown-family"),
  );
  expect(lab.faults).toHaveLength(1);
});

test("power is switched and cut", async () => {
  const { client, lab } = aSite(three());
  expect(await client.power("lamp-1", "cut")).toMatchObject({ on: false, phase: "off" });
  expect(await client.power("lamp-1", "on")).toMatchObject({ on: true, phase: "idle" });
  expect(lab.acts).toEqual([
    { id: "lamp-1", power: "cut" },
    { id: "lamp-1", power: "on" },
  ]);
  const up = "up" as "on"; // A wrong value, as a script might send it.
  await expect(client.power("lamp-1", up)).rejects.toMatchObject({
    status: 400,
    details: { error: "bad-request", path: "body.power", found: '"up"', accepted: 'one of "on", "off", "cut"' },
  });
});

test("an action's arguments are checked by the family's own schema", async () => {
  const { client, lab } = aSite(three());
  expect((await client.families()).families[0]).toMatchObject({ name: "lamp", actions: { dim: { type: "object" } } });
  expect(await client.act("lamp", "dim", { args: { percent: 40 }, devices: ["lamp-1"] })).toEqual({
    result: { dimmed: 2 },
  });
  expect(lab.acts).toEqual([{ family: "lamp", action: "dim", args: { percent: 40 }, devices: ["lamp-1"] }]);
  await expect(client.act("lamp", "dim", { args: { percent: 140 } })).rejects.toMatchObject({
    status: 400,
    details: { path: "body.args.percent", accepted: "an integer from 0 to 100" },
  });
  await expect(client.act("lamp", "toString")).rejects.toMatchObject(refusedWith(404, "unknown-action"));
  await expect(client.act("toaster", "dim")).rejects.toMatchObject(refusedWith(404, "unknown-family"));
});

test("changes are noted with who asked for them and what came of it", async () => {
  const noted: unknown[] = [];
  const { client } = aSite(three(), { audit: { record: (entry) => void noted.push(entry) } });
  await client.power("lamp-1", "off");
  await client.answer("lamp-2", "q9", "yes").catch(() => undefined);
  await client.act("lamp", "dim", { args: { percent: 1 } });
  await client.devices();
  const who = "127.0.0.1";
  expect(noted).toEqual([
    { who, action: "device.power", target: "lamp-1", result: "done", details: { power: "off" } },
    {
      who,
      action: "device.answer",
      target: "lamp-2",
      result: "unknown-question",
      details: { question: "q9", choice: "yes" },
    },
    { who, action: "lamp.dim", target: "all lamp", result: "done", details: { args: { percent: 1 }, devices: "all" } },
  ]);
});

test("health tells the lab's time and size, and 503 when a part fails", async () => {
  const { client, lab, fetch } = aSite(three());
  expect(await client.health()).toEqual({
    status: "ok",
    server: "test lab",
    checks: { clouds: { status: "ok", text: "1 cloud" } },
    lab: { name: "test lab", time: "2026-01-01T00:00:00.000Z", clock: "virtual", devices: 3, events: 0 },
  });
  lab.broken = true;
  expect(await client.health()).toMatchObject({ status: "failing", checks: { clouds: { text: "lamps is gone" } } });
  expect((await fetch("http://127.0.0.1:7400/health")).status).toBe(503);
});

test("metrics count devices by phase, questions and differences", async () => {
  const { fetch, lab } = aSite(three());
  lab.happen("lamp-1", "boot");
  const text = await (await fetch("http://127.0.0.1:7400/metrics")).text();
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      'understudy_devices{family="lamp",phase="idle"} 2',
      'understudy_devices{family="lamp",phase="busy"} 1',
      "understudy_open_questions 1",
      "understudy_ledger_differences 1",
      "understudy_events 1",
    ]),
  );
});

test("the API describes itself, every route with a summary", async () => {
  const { fetch } = aSite();
  type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string }>>>> };
  const document = (await (await fetch("http://127.0.0.1:7400/openapi.json")).json()) as Document; // OpenAPI.
  expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: "http://127.0.0.1:7400" }] });
  const { paths } = document;
  expect(Object.keys(paths).sort()).toEqual([
    ...["/actions/{family}/{action}", "/clouds", "/clouds/{cloud}/{wildcard}"],
    ...["/devices", "/devices/{id}", "/devices/{id}/answer", "/devices/{id}/force", "/devices/{id}/power"],
    ...["/events", "/families", "/faults", "/health", "/ledger", "/metrics", "/openapi.json", "/questions"],
    ...["/time", "/time/advance"],
  ]);
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path)))
    expect(operation.summary).toBeTruthy();
});

test("unknown paths and methods are told in the API's own shape", async () => {
  const { fetch } = aSite();
  const nowhere = await fetch("http://127.0.0.1:7400/nowhere");
  expect([nowhere.status, await nowhere.json()]).toEqual([404, expect.objectContaining({ error: "not-found" })]);
  const wrong = await fetch("http://127.0.0.1:7400/devices", { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET"]);
});

test("an address that others can reach needs a token", async () => {
  expect(() => createLabApi(new ALab(), { host: "0.0.0.0" })).toThrow(UsageError);
  const { api } = aSite([], { host: "0.0.0.0", token: "s3cret", names: ["Lab.example"] });
  const ask = (headers: readonly (readonly [string, string])[], url = "http://lab.example/devices") =>
    fetchFrom(api, headers)(url);
  expect((await ask([])).status).toBe(401);
  expect((await ask([["Authorization", "Bearer wrong"]])).status).toBe(401);
  expect((await ask([["Authorization", "Bearer s3cret"]])).status).toBe(200);
  expect((await ask([["Authorization", "Bearer s3cret"]], "http://evil.example/devices")).status).toBe(403);
});

test("a foreign page may neither rebind a name nor change the lab", async () => {
  const { api, lab } = aSite(three());
  const cut = (url: string, origin?: string) =>
    fetchFrom(api, origin === undefined ? [] : [["Origin", origin]])(url, { method: "POST", body: '{"power":"cut"}' });
  expect((await cut("http://evil.example:7400/devices/lamp-1/power")).status).toBe(403);
  expect((await cut("http://127.0.0.1:7400/devices/lamp-1/power", "http://evil.example")).status).toBe(403);
  expect((await cut("http://127.0.0.1:7400/devices/lamp-1/power", "http://127.0.0.1:3000")).status).toBe(403);
  expect((await cut("http://127.0.0.1:7400/devices/lamp-1/power", "null")).status).toBe(403);
  expect(lab.acts).toEqual([]);
  expect((await cut("http://localhost:7400/devices/lamp-1/power", "http://localhost:7400")).status).toBe(200);
  expect((await cut("http://[::1]:7400/devices/lamp-1/power")).status).toBe(200);
});

test("events are streamed as they happen, filtered, until the reader leaves", async () => {
  const { client, lab } = aSite(three());
  lab.happen("lamp-1", "boot", { phase: "idle" });
  const leave = new AbortController();
  const events = client.events({ source: "lamp-*", type: "phase" }, leave.signal);
  const next = events.next();
  await Promise.resolve();
  lab.happen("cloud", "phase");
  lab.happen("lamp-2", "phase", { phase: "busy" });
  expect((await next).value).toEqual({
    kind: "event",
    event: { n: 3, t: lab.time.now(), source: "lamp-2", seq: 3, type: "phase", change: { phase: "busy" } },
  });
  leave.abort();
  expect((await events.next()).done).toBe(true);
  expect(lab.time.pending).toBe(0);
});

test("a stream goes on behind the last event known, and says what is no longer kept", async () => {
  const { client, lab, api } = aSite([], {}, 3);
  for (let n = 1; n <= 5; n++) lab.happen("lamp", `type-${n}`);
  const first = client.events({ since: 1 });
  expect((await first.next()).value).toEqual({ kind: "gap", gap: { from: 2, to: 2 } });
  expect((await first.next()).value).toMatchObject({ event: { n: 3, type: "type-3" } });
  await first.return(undefined);
  const resumed = await fetchFrom(api, [["Last-Event-ID", "4"]])("http://127.0.0.1:7400/events?since=0");
  const reader = resumed.body?.getReader();
  const chunk = new TextDecoder().decode((await reader?.read())?.value);
  expect(chunk).toBe(
    'retry: 1000\n: connected\n\nid: 5\ndata: {"n":5,"t":1767225600000,"source":"lamp","seq":5,"type":"type-5","change":{}}\n\n',
  );
  await reader?.cancel();
  expect(lab.time.pending).toBe(0);
});

test("a silent stream shows that it is alive, and tells where to resume", async () => {
  const { fetch, lab } = aSite();
  const reader = (await fetch("http://127.0.0.1:7400/events")).body?.getReader();
  await reader?.read();
  const next = reader?.read();
  await lab.time.runUntil(later(lab.time.now(), seconds(16)));
  expect(new TextDecoder().decode((await next)?.value)).toBe("id: 0\n: still here\n\n");
  await reader?.cancel();
});

test("closing the lab ends the streams", async () => {
  const closing = new AbortController();
  const { client } = aSite([], { signal: closing.signal });
  const next = client.events().next();
  closing.abort();
  expect((await next).done).toBe(true);
});

test("a device is forced to be what its family says it can be", async () => {
  const { client, lab } = aSite(three());
  expect((await client.force("lamp-1", { percent: 40 })).id).toBe("lamp-1");
  expect(lab.acts).toEqual([{ id: "lamp-1", force: { percent: 40 } }]);
  await expect(client.force("lamp-1", { percent: "all" })).rejects.toMatchObject(refusedWith(400, "bad-request"));
  await expect(client.force("lamp-1", { percent: 13 })).rejects.toMatchObject(refusedWith(409, "unlucky"));
  await expect(client.force("lamp-9", {})).rejects.toMatchObject(refusedWith(404, "unknown-device"));
  expect((await client.families()).families[0]).toMatchObject({ operations: ["ask"], force: { type: "object" } });
});

test("the lab's time is put forward, by durations as in lab files", async () => {
  const { client, fetch } = aSite(three());
  const before = (await client.health()).lab.time;
  const { time, clock } = await client.advance("90m");
  expect(Date.parse(time) - Date.parse(before)).toBe(90 * 60_000);
  expect(clock).toBe("virtual");
  expect(await (await fetch("http://127.0.0.1:7400/time")).json()).toEqual({ time, clock });
  for (const by of ["soon", "-1s", "400d"])
    await expect(client.advance(by)).rejects.toMatchObject(refusedWith(400, "bad-request"));
});

test("what a cloud tells testers is shown below its name", async () => {
  const { fetch } = aSite();
  const get = async (path: string) => (await fetch(`http://127.0.0.1:7400${path}`)).json();
  expect(await get("/clouds")).toEqual({
    clouds: [
      { name: "lamps", tells: true },
      { name: "quiet", tells: false },
    ],
  });
  expect(await get("/clouds/lamps/calls/of%2Fday?limit=3")).toEqual({ target: "/calls/of%2Fday?limit=3" });
  expect(await get("/clouds/quiet/calls")).toMatchObject({ error: "unknown-cloud" });
  expect(await get("/clouds/nobody/calls")).toMatchObject({ error: "unknown-cloud" });
});
