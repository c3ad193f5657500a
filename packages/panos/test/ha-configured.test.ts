import { seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { deepText } from "../src/wire/xml/tree.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

const LOCAL = "/config/devices/entry[@name='localhost.localdomain']";
const HA = `${LOCAL}/deviceconfig/high-availability`;
const TEMPLATE_HA = `${LOCAL}/template/entry[@name='branch-template']/config/devices/entry[@name='localhost.localdomain']/deviceconfig/high-availability`;

/** A pair whose members are configured through Panorama. */
async function aPair() {
  const pair = await PairSite.start();
  await pair.settled();
  const panorama = await pair.client();
  const op = (serial: string, cmd: string) => pair.site.during(panorama.for(serial).op(cmd));
  const commit = async (serial: string | undefined, xpath: string, element: string) => {
    const client = serial === undefined ? panorama : panorama.for(serial);
    await pair.site.during(client.call({ type: "config", action: "set", xpath, element }));
    await pair.site.during(client.call({ type: "commit", cmd: "<commit/>" }));
    await pair.site.runFor(seconds(5));
  };
  const push = async (more = "") => {
    const cmd = `<commit-all><template-stack><name>branch-stack</name>${more}</template-stack></commit-all>`;
    await pair.site.during(panorama.call({ type: "commit", action: "all", cmd }));
    await pair.site.runFor(seconds(5));
  };
  const state = async (serial: string) =>
    (await op(serial, "<show><high-availability><state/></high-availability></show>")).xml;
  return { pair, op, commit, push, state, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

test("a priority that is committed on the passive member has it preempt", async () => {
  await using at = await aPair();
  await at.commit(PRIMARY, `${HA}/group/election-option`, "<preemptive>yes</preemptive>");
  await at.commit(
    SECONDARY,
    `${HA}/group/election-option`,
    "<device-priority>10</device-priority><preemptive>yes</preemptive>",
  );
  await at.pair.site.runFor(seconds(70));
  expect(at.pair.roles).toBe("passive/active");
});

test("HA is switched off by a commit: the peer goes on alone, also after a reboot, until HA is switched on again", async () => {
  await using at = await aPair();
  await at.commit(PRIMARY, HA, "<enabled>no</enabled>");
  expect(await at.state(PRIMARY)).toBe('<response status="success"><result><enabled>no</enabled></result></response>');
  expect(at.pair.roles).toBe("undefined/active");
  expect(await at.state(SECONDARY)).toContain("<conn-status>down</conn-status>");
  expect(
    await at.op(PRIMARY, "<request><high-availability><state><suspend/></state></high-availability></request>"),
  ).toMatchObject({ ok: false, code: "17", text: "High-availability is not enabled" });

  await at.op(PRIMARY, "<request><restart><system/></restart></request>");
  await at.pair.site.runFor(seconds(60));
  expect(at.pair.roles).toBe("undefined/active");

  await at.commit(PRIMARY, HA, "<enabled>yes</enabled>");
  expect(at.pair.roles).toBe("passive/active");
});

test("a template configures HA and all else that a firewall has not configured itself, unless it is pushed with force", async () => {
  await using at = await aPair();
  await at.commit(
    undefined,
    TEMPLATE_HA,
    "<group><election-option><device-priority>7</device-priority><timers><advanced><flap-max>9</flap-max></advanced></timers></election-option></group>",
  );
  await at.push();
  expect(await at.state(PRIMARY)).toContain("<max-flaps>9</max-flaps>");
  expect(await at.state(PRIMARY)).toContain("<priority>100</priority>");
  const effective = async () => (await at.op(PRIMARY, "<show><config><effective-running-config/></config></show>")).xml;
  expect(await effective()).toContain('<flap-max ptpl="branch-template" src="tpl">9</flap-max>');
  expect(await effective()).toContain("<device-priority>100</device-priority>");
  const pushed = await at.op(PRIMARY, "<show><config><pushed-template/></config></show>");
  expect(pushed.xml).toContain("<flap-max>9</flap-max>");
  expect(deepText(pushed.result)).toContain("7");

  await at.push("<force-template-values>yes</force-template-values>");
  expect(await at.state(PRIMARY)).toContain("<priority>7</priority>");
});
