import { seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { haMessage } from "../src/wire/messages/high-availability.ts";
import { childText, textOf } from "../src/wire/xml/tree.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

const show = (words: string) => `<show><high-availability>${words}</high-availability></show>`;
const request = (words: string) => `<request><high-availability>${words}</high-availability></request>`;
const SYNC = (what: string) => request(`<sync-to-remote><${what}/></sync-to-remote>`);
const QUEUED = "HA synchronization job has been queued on peer. Please check job status on peer.";
const HA = "/config/devices/entry/deviceconfig/high-availability/group";

type Options = Parameters<typeof PairSite.start>;

/** A pair, and its two members as a client of Panorama's sees them. */
async function aPair(options: Options[0] = {}, cloud: Options[1] = {}) {
  const pair = await PairSite.start(options, cloud);
  await pair.site.until(() => pair.isConnected && !pair.roles.includes("initial"), "the pair to settle");
  const panorama = await pair.client();
  const of = (serial: string) => {
    const firewall = panorama.for(serial);
    const op = (cmd: string) => pair.site.during(firewall.op(cmd));
    return {
      op,
      call: (parameters: Readonly<Record<string, string>>) => pair.site.during(firewall.call(parameters)),
      view: async () => {
        const view = haMessage.parse((await op(show("<state/>"))).result);
        if (view?.enabled !== true) throw new Error("no pair");
        return view;
      },
    };
  };
  return {
    pair,
    primary: of(PRIMARY),
    secondary: of(SECONDARY),
    pass: (s: number) => pair.site.runFor(seconds(s)),
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

const set = (xpath: string, element: string) => ({ type: "config", action: "set", xpath, element });
const COMMIT = { type: "commit", cmd: "<commit/>" };

test("what the state tells follows the configuration that runs", async () => {
  await using site = await aPair();
  const election = `<device-priority>30</device-priority><preemptive>yes</preemptive><timers><advanced><flap-max>7</flap-max><preemption-hold-time>2</preemption-hold-time><hello-interval>9000</hello-interval></advanced></timers>`;
  await site.primary.call(set(`${HA}/election-option`, election));
  await site.primary.call(
    set(
      `${HA}/monitoring/link-monitoring/link-group/entry[@name='core']`,
      "<interface><member>ethernet1/1</member><member>ethernet1/2</member></interface>",
    ),
  );
  await site.primary.call(COMMIT);
  await site.pass(3);
  const view = await site.primary.view();
  expect(view.local).toMatchObject({ priority: "30", preemptive: true });
  expect(view.timers).toMatchObject({ maxFlaps: 7, preemptHoldMinutes: 2, helloMs: 9000 });
  expect(view.linkMonitoring.groups).toEqual([
    {
      name: "core",
      enabled: true,
      condition: "any",
      members: [
        { name: "ethernet1/1", status: "up" },
        { name: "ethernet1/2", status: "up" },
      ],
    },
  ]);
  expect((await site.secondary.view()).peer.priority).toBe("30");
});

test("a link that fails is shown where it is watched, with the reason of both states and the flap", async () => {
  const faults = [{ device: "primary", operation: "ha-monitor", error: "ethernet1/2 down", delay: seconds(5) }];
  await using site = await aPair({ faults });
  await site.pass(6);
  const view = await site.primary.view();
  expect(view.local).toMatchObject({
    state: "non-functional",
    reason: "Link down",
    lastError: { state: "non-functional", reason: "Link down" },
  });
  expect(view.peer.state).toBe("active");
  expect(view.timers.nonfunctionalFlaps).toBe(1);
  expect(view.linkMonitoring.groups[0]?.members).toEqual([{ name: "ethernet1/2", status: "down" }]);
  expect((await site.primary.op(show("<link-monitoring/>"))).xml).toContain("<status>down</status>");
  expect((await site.secondary.view()).peer.reason).toBe("Link down");

  await site.primary.op(request("<state><functional/></state>"));
  await site.pass(1);
  const after = await site.primary.view();
  expect(after.local).toMatchObject({ state: "passive", lastError: { reason: "Link down" } });
  expect(after.local.reason).toBeUndefined();
  expect([after.linkMonitoring.groups, after.timers.nonfunctionalFlaps]).toEqual([[], 0]);
});

test("the peer may be suspended and called back; how long and why is told by both", async () => {
  await using site = await aPair();
  const order = (word: string) => site.primary.op(request(`<state><peer><${word}/></peer></state>`));
  expect(textOf((await order("suspend")).result)).toBe("Successfully changed HA state to suspended");
  await site.pass(10);
  const view = await site.primary.view();
  expect(view.peer).toMatchObject({ state: "suspended", stateDuration: 10_000, reason: "User requested" });
  expect(textOf((await order("functional")).result)).toBe("Successfully changed HA state to functional");
  await site.pass(1);
  expect(site.pair.roles).toBe("active/passive");
});

describe("with no link to the peer", () => {
  test("that is what is shown, and what needs the peer is refused", async () => {
    const faults = [{ device: "primary", operation: "ha1", error: "cable pulled", delay: seconds(5) }];
    await using site = await aPair({ faults });
    await site.pass(6);
    expect(site.pair.roles).toBe("active/passive");
    for (const member of [site.primary, site.secondary]) {
      const view = await member.view();
      expect(view).toMatchObject({ connections: { ha1: "down", ha2: "down" }, runningSync: "not synchronized" });
      expect(view.peer.state).toBe("unknown");
      expect((await member.op(SYNC("running-config"))).text).toBe(
        "Failed to synchronize running configuration with HA peer",
      );
      expect((await member.op(request("<state><peer><suspend/></peer></state>"))).ok).toBe(false);
    }
  });

  test("only the link for sessions: both go on, without synchronising them", async () => {
    const faults = [{ device: "primary", operation: "ha2", error: "down for 30s", delay: seconds(5) }];
    await using site = await aPair({ faults }, { ha_session_sync: true });
    const sessions = async () => {
      const { result } = await site.secondary.op("<show><session><info/></session></show>");
      return Number(childText(result, "num-active"));
    };
    await site.primary.op(request("<state><suspend/></state>"));
    await site.pass(1);
    expect(await sessions()).toBe(65_000); // the active member has them now
    await site.pass(5);
    expect((await site.secondary.view()).connections).toEqual({ ha1: "up", ha2: "down" });
    expect(await sessions()).toBe(100);
    await site.pass(30);
    expect((await site.secondary.view()).connections).toEqual({ ha1: "up", ha2: "up" });
  });
});

describe("sync-to-remote", () => {
  test.each(["running-config", "candidate-config", "clock", "id-manager", "runtime-state"])(
    "%s is a job of the peer's",
    async (what) => {
      await using site = await aPair();
      expect((await site.primary.op(SYNC(what))).text).toBe(QUEUED);
      await site.pass(3);
      expect((await site.secondary.op("<show><jobs><all/></jobs></show>")).xml).toContain("<type>HA-Sync</type>");
      expect((await site.secondary.op("<check><pending-changes/></check>")).xml).toContain(">no<");
    },
  );

  test("of the candidate leaves it a candidate; a second one has to wait", async () => {
    await using site = await aPair();
    await site.primary.call(set("/config/shared/tag/entry[@name='t']", "<color>color1</color>"));
    expect((await site.primary.op(SYNC("running-config"))).text).toBe(QUEUED);
    await site.pass(0.5);
    expect((await site.primary.view()).runningSync).toBe("synchronization in progress");
    expect((await site.primary.op(SYNC("candidate-config"))).text).toBe(
      "Another sync is in progress. Please try again later",
    );
    await site.pass(3);
    await site.primary.op(SYNC("candidate-config"));
    await site.pass(3);
    expect((await site.secondary.op("<check><pending-changes/></check>")).xml).toContain(">yes<");
    const tag = { type: "config", xpath: "/config/shared/tag" };
    expect((await site.secondary.call({ ...tag, action: "get" })).xml).toContain('name="t"');
    expect((await site.secondary.call({ ...tag, action: "show" })).xml).not.toContain('name="t"');
  });
});

test("every part of the state has a command of its own", async () => {
  await using site = await aPair();
  await site.primary.op(request("<state><suspend/></state>"));
  await site.pass(1);
  const ask = async (words: string) => (await site.secondary.op(show(words))).xml;
  expect(await ask("<transitions/>")).toMatch(/<passive>1<\/passive><active>1<\/active>/);
  expect(await ask("<flap-statistics/>")).toContain("<max-flaps>3</max-flaps>");
  expect(await ask("<path-monitoring/>")).toContain("<path-monitoring><enabled>yes</enabled>");
  expect(await ask("<control-link><statistics/></control-link>")).toMatch(/<messages-received>[1-9]/);
  expect(await ask("<state-synchronization/>")).toContain("<state>active</state>");
  expect(await ask("<dataplane-status/>")).toContain("<status>up</status>");
  expect(await ask("<ha2_keepalive/>")).toContain("<conn-status>up</conn-status>");
  expect(await ask("<interface>ha1</interface>")).toContain("<state>up</state>");
  expect((await site.secondary.op(show("<interface>ha9</interface>"))).ok).toBe(false);
});
