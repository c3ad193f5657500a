import {
  type Blob,
  foldEvent,
  type HttpAnswer,
  type HttpReply,
  header,
  type JsonObject,
  json,
  MemoryStorage,
  minutes,
  seconds,
} from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { linesOfEvent } from "../src/device/lines/lines-of-event.ts";
import { choiceOfLine } from "../src/device/lines/question-lines.ts";
import { ScriptedHub, scriptedFamily } from "./scripted-hub.ts";

const DEVICE = "pantavisor-0";

async function stage(options: JsonObject = {}, hub = new ScriptedHub()) {
  const site = await TestSite.open({ seed: 21 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family, options, { power: "off" });
  return { site, hub, device, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

/** The reply to a download, cut after so many bytes. */
const cut = (blob: Blob, from: number, after: number): HttpAnswer => {
  const reply: HttpReply = {
    status: from > 0 ? 206 : 200,
    headers: from > 0 ? [["Content-Range", `bytes ${from}-${blob.size - 1}/${blob.size}`]] : [],
    body: { kind: "blob", blob, start: from, end: blob.size },
  };
  return { outcome: "truncate", reply, after };
};

test("a download goes on where the connection broke, also after a power cut", async () => {
  await using s = await stage();
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  const blob = await s.site.cell.ground.blobs.put("0123456789".repeat(1000));
  const froms: number[] = [];
  s.hub.interfere = (request) => {
    if (!request.target.startsWith("/local-s3/")) return undefined;
    const from = Number(/bytes=(\d+)-/.exec(header(request.headers, "Range") ?? "")?.[1] ?? 0);
    froms.push(from);
    return froms.length <= 3 ? cut(blob, from, 2_000) : undefined;
  };
  s.hub.publish({ a: blob });
  await s.site.until(() => froms.length === 2, "two attempts");
  await s.site.cell.power.cut(DEVICE, "lost");
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state()["revision"] === "1" && s.device.state().phase === "idle", "the end");
  expect(froms).toEqual([0, 2_000, 4_000, 6_000]);
});

test("a continued download that turns out wrong is fetched anew, once", async () => {
  await using s = await stage();
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  const blob = await s.site.cell.ground.blobs.put("right content");
  const { storage } = s.site.cell.power.worldOf(DEVICE);
  await storage.write(`objects/${blob.sha256}.tmp`, "wrong");
  s.hub.publish({ a: blob });
  await s.site.until(() => s.device.state()["revision"] === "1" && s.device.state().phase === "idle", "the end");
});

test("a hub that ignores ranges, or redirects, is understood", async () => {
  await using s = await stage();
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  const blob = await s.site.cell.ground.blobs.put("some content");
  const { storage } = s.site.cell.power.worldOf(DEVICE);
  await storage.write(`objects/${blob.sha256}.tmp`, "some");
  s.hub.interfere = (request) => {
    if (request.target.startsWith("/local-s3/"))
      return { status: 302, headers: [["Location", "/elsewhere"]], body: { kind: "empty" } };
    return request.target === "/elsewhere"
      ? { status: 200, headers: [], body: { kind: "blob", blob, start: 0, end: blob.size } }
      : undefined;
  };
  s.hub.publish({ a: blob });
  await s.site.until(() => s.device.state()["revision"] === "1" && s.device.state().phase === "idle", "the end");
});

test("an update that its owner ends in the cloud is withdrawn", async () => {
  await using s = await stage({ decisionTimeoutSeconds: "wait" });
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  s.hub.publish({ a: await s.site.cell.ground.blobs.put("a") });
  await s.site.until(() => s.device.state()["question"] !== undefined, "the question");
  const [step] = s.hub.only.steps;
  if (step === undefined) throw new Error("there is a step");
  step.progress = { status: "WONTGO", progress: 0, "status-msg": "by its owner" };
  await s.site.until(() => s.device.state().phase === "idle", "the end");
  expect(s.device.state()).toMatchObject({ revision: "0", status: "WONTGO" });
  expect(s.device.state()["question"]).toBeUndefined();
  expect(step.progress.status).toBe("WONTGO");
});

test("steps that ended before the device saw them are passed over", async () => {
  await using s = await stage();
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  for (const status of ["CANCEL", "DONE", "ERROR"]) {
    s.hub.publish({});
    const step = s.hub.only.steps.at(-1);
    if (step !== undefined) step.progress = { status, progress: 0, "status-msg": "" };
  }
  s.hub.publish({});
  await s.site.until(() => s.device.state()["revision"] === "4" && s.device.state().phase === "idle", "the fourth");
  expect(
    s.site.events.events.filter(({ type }) => type === "step-skipped").map(({ change }) => change["status"]),
  ).toEqual(["CANCEL", "DONE", "ERROR"]);
});

test("a device of one pass ends by itself, after a waiting update too; with a hub that is gone it fails", async () => {
  await using s = await stage({ oneShot: true });
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.site.events.events.some(({ type }) => type === "power-off"), "the end");
  s.hub.publish({ a: await s.site.cell.ground.blobs.put("a") });
  await s.site.cell.power.on(DEVICE);
  await s.site.until(
    () => s.site.events.events.filter(({ type }) => type === "power-off").length === 2,
    "the second end",
  );
  expect(s.hub.only.steps[0]?.progress.status).toBe("DONE");
  await s.site.cell.power.stop("pantahub");
  await s.site.cell.power.on(DEVICE);
  await s.site.until(
    () => s.site.events.events.some(({ type, about }) => type === "failed" && about?.["code"] === "one-shot-failed"),
    "the failure",
  );
});

test("a hub that answers nonsense, or nothing it should, is waited for", async () => {
  const hub = new ScriptedHub();
  const nonsense: readonly HttpAnswer[] = [
    { status: 200, headers: [], body: json(null) },
    { status: 200, headers: [], body: json([]) },
    { status: 200, headers: [], body: { kind: "text", text: "<html>" } },
    { status: 429, headers: [["Retry-After", "20"]], body: json({}) },
    { outcome: "close" },
    { outcome: "reset" },
  ];
  let count = 0;
  hub.interfere = () => (count < 60 ? nonsense[count++ % nonsense.length] : undefined);
  await using s = await stage({}, hub);
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle", "the device to get through", minutes(60));
  let more = 0;
  hub.interfere = () => (more < 60 ? nonsense[more++ % nonsense.length] : undefined);
  await s.site.runFor(minutes(60));
  expect(s.device.state()).toMatchObject({ phase: "idle", online: true });
});

test("garbage is collected by command: what runs and what it falls back to stay", async () => {
  await using s = await stage({ control: true, timing: { rebootMs: 100 }, decisionTimeoutSeconds: 1 });
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  for (const text of ["one", "two", "three"]) {
    s.hub.publish({ a: await s.site.cell.ground.blobs.put(text) });
    await s.site.until(
      () => s.device.state()["revision"] === String(s.hub.only.steps.length) && s.device.state().phase === "idle",
      text,
    );
  }
  await s.site.runFor(minutes(11));
  const { network } = s.site.cell.ground;
  const collect = network.request(
    { kind: "unix", path: `/stand-ins/${DEVICE}/pantavisor/pv-ctrl` },
    { method: "POST", target: "/storage/gc", version: "1.1", headers: [], body: { kind: "empty" } },
  );
  expect((await s.site.during(collect)).body).toEqual({ kind: "text", text: '{"reclaimed": 6}' });
  const { storage } = s.site.cell.power.worldOf(DEVICE);
  expect(await storage.list("trails")).toEqual(["3"]);
  await s.site.cell.power.cut(DEVICE, "lost");
  await s.site.cell.power.on(DEVICE);
  expect(s.device.state()).toMatchObject({ revision: "3", status: "DONE" });
});

test("what happens is told in lines, and a question as a prompt that one letter answers", async () => {
  await using s = await stage({ decisionTimeoutSeconds: "wait" });
  await s.site.cell.power.on(DEVICE);
  await s.site.until(() => s.device.state().phase === "idle");
  s.hub.only.userMeta = {
    "fleet.update-proto.token": { "#spec": "x", type: "INVITE", deployment: "d1", release: "r1" },
  };
  await s.site.until(() => s.device.state()["question"] !== undefined, "the invitation");
  await s.site.cell.power.answer(DEVICE, "invitation-d1", "accept");
  s.hub.publish({});
  await s.site.until(
    () => s.device.state().phase === "testing" && s.device.state()["question"] !== undefined,
    "the question",
  );
  await s.site.cell.power.answer(DEVICE, "update-1", "error");
  await s.site.until(() => s.device.state().phase === "idle");
  await s.site.runFor(seconds(1));
  let state: JsonObject = {};
  const text = s.site.events.ofSource(DEVICE).flatMap((event) => {
    state = foldEvent(state, event);
    return linesOfEvent(event, state);
  });
  for (const line of [
    "*** INVITATION RECEIVED ***",
    "Deployment: d1",
    "Earliest: NOW | Latest: NEVER",
    "Actions: (a)CCEPT, (s)KIP, ASK ME (l)ATER",
    "[background] Invitation d1: accept (answer)",
    "[background] New step found: Revision 1",
    "UPDATE DECISION REQUIRED",
    "[U]PDATED  - Success (Immediate)",
    "[background] Revision 1 ended ERROR: User marked update as ERROR",
  ]) {
    expect(text).toContain(line);
  }
  const choices = ["updated", "done", "error", "wontgo"];
  expect(["u", " D", "Error", "w\n", "x", ""].map((line) => choiceOfLine(line, choices))).toEqual([
    "updated",
    "done",
    "error",
    "wontgo",
    undefined,
    undefined,
  ]);
});

test("an update that does not fit is refused, once garbage does not make room", async () => {
  const hub = new ScriptedHub();
  await using site = await TestSite.open({ seed: 22 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const { device } = {
    device: family.createDevice({
      id: DEVICE,
      index: 0,
      options: {},
      cloud: await site.cell.linkFor("pantahub", { id: DEVICE, index: 0, options: {} }),
    }),
  };
  site.cell.power.add(
    DEVICE,
    family.name,
    device,
    new MemoryStorage({ now: () => site.cell.ground.time.now(), capacity: 60_000 }),
  );
  await site.cell.power.on(DEVICE);
  await site.until(() => device.state().phase === "idle");
  hub.publish({ a: await site.cell.ground.blobs.put("x".repeat(40_000)) });
  await site.until(() => device.state()["revision"] === "1" && device.state().phase === "idle", "the first");
  hub.publish({ a: await site.cell.ground.blobs.put("y".repeat(40_000)) });
  await site.until(() => device.state()["status"] === "WONTGO" && device.state().phase === "idle", "the refusal");
  expect(hub.only.steps[1]?.progress["status-msg"]).toMatch(/^Space required 40000 B, available \d+ B$/);
  hub.publish({ a: await site.cell.ground.blobs.put("z") });
  await site.until(() => device.state()["revision"] === "3" && device.state().phase === "idle", "the third");
  await site.runFor(minutes(11));
  hub.publish({ a: await site.cell.ground.blobs.put("w".repeat(40_000)) });
  await site.until(
    () => device.state()["revision"] === "4" && device.state().phase === "idle",
    "the fourth, when the first has made room",
  );
});
