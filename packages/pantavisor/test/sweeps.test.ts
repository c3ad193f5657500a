import {
  type Address,
  type Device,
  type HttpReply,
  type JsonObject,
  minutes,
  readText,
  seconds,
  text,
  unix,
} from "@understudy/kernel";
import { crashSweep, type SweepRun, TestSite } from "@understudy/kernel/testing";
import { expect, test } from "vitest";
import { ScriptedHub, scriptedFamily } from "./scripted-hub.ts";

const DEVICE = "pantavisor-0";
const SOCKET: Address = unix(`/stand-ins/${DEVICE}/pantavisor/pv-ctrl`);
const INVITATION =
  '{"spec":"fleet-update-proto@v1","type":"INVITE","deployment":"d1","release":"r1","mandatory":false}';
const STATE = '{"#spec":"pantavisor-service-system@1"}';

interface Swept extends AsyncDisposable {
  readonly site: TestSite;
  readonly hub: ScriptedHub;
  readonly device: Device;
  send(method: string, target: string, body: string): Promise<HttpReply | undefined>;
  /** The account the device ended up with. */
  account(): ScriptedHub["only"];
}

async function swept(run: SweepRun, options: JsonObject): Promise<Swept> {
  const hub = new ScriptedHub();
  const site = await TestSite.open({ seed: 3, probe: run.probe });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family, { timing: { rebootMs: 500 }, ...options });
  await site.until(() => device.state().phase === "idle");
  run.arm((unit, unsynced) => {
    void site.cell.power.cut(unit, unsynced);
    const { time } = site.cell.ground;
    time.schedule((time.now() + 1_000) as ReturnType<typeof time.now>, { due: () => void site.cell.power.on(unit) }, 0);
  });
  const send = (method: string, target: string, body: string): Promise<HttpReply | undefined> =>
    site.during(
      site.cell.ground.network
        .request(SOCKET, { method, target, version: "1.1", headers: [], body: text(body) })
        .catch(() => undefined),
    );
  const account = (): ScriptedHub["only"] => {
    const found = [...hub.accounts.values()].find(({ prn }) => prn === device.state()["prn"]);
    if (found === undefined) throw new Error("the device has no account");
    return found;
  };
  return { site, hub, device, send, account, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

test("metadata that the control socket has taken reach the cloud, whenever the power goes", async () => {
  await crashSweep(DEVICE, async (run) => {
    await using s = await swept(run, { control: true });
    const put = await s.send("PUT", "/device-meta/site", "Lab-1");
    await s.site.runFor(minutes(1));
    if (put?.status === 200) expect(s.account().deviceMeta["site"]).toBe("Lab-1");
    const gone = await s.send("DELETE", "/device-meta/site", "");
    await s.site.runFor(minutes(1));
    if (gone?.status === 200) expect(s.account().deviceMeta["site"]).toBeUndefined();
    expect(s.device.state().phase).toBe("idle");
  });
});

test("a local revision that is committed runs after every power cut, or the one before does", async () => {
  await crashSweep(DEVICE, async (run) => {
    await using s = await swept(run, { control: true });
    await s.send("PUT", "/steps/locals/a", STATE);
    await s.send("POST", "/commands", '{"op":"LOCAL_RUN_COMMIT","payload":"locals/a"}');
    await s.site.runFor(minutes(1));
    const { revision } = s.device.state();
    expect(["0", "locals/a"]).toContain(revision);
    if (!run.struck) expect(revision).toBe("locals/a");
    const reply = await s.send("GET", "/steps/current", "");
    expect(reply === undefined ? "" : await readText(reply.body)).toContain("#spec");
    await s.site.until(() => s.account().deviceMeta["pantavisor.revision"] === revision, "the cloud to know");
  });
});

test.each([
  ["accept", { accept: 1, skip: 0, later: 0 }, "ACCEPT"],
  ["skip", { accept: 0, skip: 1, later: 0 }, "SKIP"],
])("an invitation is answered %s once, whenever the power goes", async (_, invitation, type) => {
  await crashSweep(DEVICE, async (run) => {
    await using s = await swept(run, { automation: { invitation } });
    s.account().userMeta = {
      "fleet.update-proto.token": INVITATION,
    };
    await s.site.until(() => s.account().deviceMeta["fleet.update-proto.token"] !== undefined, "the answer");
    await s.site.runFor(minutes(1));
    expect(s.account().deviceMeta["fleet.update-proto.token"]).toMatchObject({
      "#spec": "fleet-update-proto@v1",
      type,
      deployment: "d1",
      release: "r1",
    });
    const answers = s.site.events.events.filter((event) => event.type === "invitation-answered");
    expect(answers.length).toBeLessThanOrEqual(run.struck ? 2 : 1);
  });
});

test("an invitation that nobody answers is put off and asked again; a cancelled one is withdrawn; ASKAGAIN is honoured", async () => {
  const hub = new ScriptedHub();
  await using site = await TestSite.open({ seed: 9 });
  const family = scriptedFamily(hub);
  await site.addCloud(family);
  const device = await site.addDevice(family);
  await site.until(() => device.state().phase === "idle");
  const invite = (deployment: string, type = "INVITE"): JsonObject => ({
    "fleet.update-proto.token": {
      "#spec": "fleet-update-proto@v1",
      type,
      deployment,
      release: "r1",
      mandatory: "false",
    },
  });
  hub.only.userMeta = invite("d1");
  const asked = (): number =>
    site.events.events.filter(
      ({ change }) => (change["question"] as JsonObject | null | undefined)?.["kind"] === "invitation",
    ).length;
  await site.until(() => asked() === 3, "three questions");
  expect(hub.only.deviceMeta["fleet.update-proto.token"]).toBeUndefined();
  await site.until(() => device.state()["question"] !== undefined, "a question");
  hub.only.userMeta = invite("d1", "CANCELED");
  await site.until(
    () =>
      device.state()["question"] === undefined && (device.state()["invitation"] as JsonObject)["type"] === "CANCELED",
    "its end",
  );
  await site.runFor(seconds(60));
  const before = asked();
  hub.only.userMeta = invite("d2");
  await site.until(() => asked() === before + 1, "the next question");
  const { id } = device.state()["question"] as { readonly id: string };
  await site.cell.power.answer(DEVICE, id, "skip");
  await site.until(
    () => (hub.only.deviceMeta["fleet.update-proto.token"] as JsonObject | undefined)?.["type"] === "SKIP",
    "the answer",
  );
  await site.runFor(seconds(60));
  expect(asked()).toBe(before + 1);
});
