import { seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import type { ApiClient } from "../src/site/api-client.ts";
import { devicesMessage } from "../src/wire/messages/devices.ts";
import { jobsMessage } from "../src/wire/messages/job.ts";
import { writeXml } from "../src/wire/xml/write.ts";
import { PairSite, PRIMARY, SECONDARY } from "./a-pair.ts";

const LOCAL = "/config/devices/entry[@name='localhost.localdomain']";
const ADDRESS = `${LOCAL}/device-group/entry[@name='branch']/address/entry[@name='web']`;
const DNS = `${LOCAL}/template/entry[@name='branch-template']/config/devices/entry[@name='localhost.localdomain']/deviceconfig/system/dns-setting/servers`;
const POLICY =
  "<commit-all><shared-policy><device-group><entry name='branch'/></device-group><include-template>yes</include-template></shared-policy></commit-all>";

async function aPanorama(pair: PairSite) {
  await pair.settled();
  const client = await pair.client();
  const call = (parameters: Parameters<ApiClient["call"]>[0], at = client) => pair.site.during(at.call(parameters));
  const set = (xpath: string, element: string) => call({ type: "config", action: "set", xpath, element });
  const commit = async () => {
    await call({ type: "commit", cmd: "<commit/>" });
    await pair.site.runFor(seconds(4));
  };
  const push = (cmd: string) => call({ type: "commit", action: "all", cmd });
  const jobs = async (at = client) =>
    jobsMessage.parse((await call({ type: "op", cmd: "<show><jobs><all/></jobs></show>" }, at)).result) ?? [];
  const status = async () => {
    const listed =
      devicesMessage.parse((await call({ type: "op", cmd: "<show><devices><all/></devices></show>" })).result) ?? [];
    return listed.map(({ policyStatus }) => policyStatus);
  };
  const pushed = async (serial: string, xpath: string) =>
    writeXml((await call({ type: "config", action: "show", xpath }, client.for(serial))).result.children).markup;
  return { client, call, set, commit, push, jobs, status, pushed };
}

test("what is committed on Panorama and pushed is seen on the firewalls, and the status follows", async () => {
  await using pair = await PairSite.start();
  const panorama = await aPanorama(pair);
  await panorama.set(ADDRESS, "<fqdn>web.example</fqdn>");
  await panorama.set(DNS, "<primary>9.9.9.9</primary>");
  await panorama.commit();
  expect(await panorama.status()).toEqual(["", ""]);

  expect(await panorama.push(POLICY)).toMatchObject({ ok: true, code: "19" });
  expect((await panorama.jobs())[0]).toMatchObject({
    type: "CommitAll",
    status: "ACT",
    devices: [
      { serial: PRIMARY, result: "PEND" },
      { serial: SECONDARY, result: "PEND" },
    ],
  });
  await pair.site.runFor(seconds(4));
  expect((await panorama.jobs())[0]).toMatchObject({
    status: "FIN",
    result: "OK",
    progress: 100,
    devices: [{ result: "OK", status: "commit succeeded" }, { result: "OK" }],
  });
  expect((await panorama.jobs(panorama.client.for(PRIMARY)))[0]).toMatchObject({ type: "CommitAll", result: "OK" });
  expect(await panorama.pushed(PRIMARY, "/config/panorama/vsys/entry[@name='vsys1']/address")).toBe(
    '<address><entry name="web"><fqdn>web.example</fqdn></entry></address>',
  );
  expect(await panorama.pushed(SECONDARY, "/config/panorama/template//primary")).toBe("<primary>9.9.9.9</primary>");
  expect(await panorama.status()).toEqual(["In Sync", "In Sync"]);

  await panorama.set(ADDRESS, "<description>changed</description>");
  expect(await panorama.status()).toEqual(["In Sync", "In Sync"]);
  await panorama.commit();
  expect(await panorama.status()).toEqual(["Out of Sync", "Out of Sync"]);
});

test("what was pushed is still there after power cuts of everything", async () => {
  await using pair = await PairSite.start();
  const panorama = await aPanorama(pair);
  await panorama.set(ADDRESS, "<fqdn>web.example</fqdn>");
  await panorama.commit();
  await panorama.push(POLICY);
  await pair.site.runFor(seconds(4));
  for (const id of ["primary", "secondary", "panorama"]) await pair.site.cell.power.cut(id);
  for (const id of ["panorama", "primary", "secondary"]) await pair.site.cell.power.on(id);
  await pair.site.until(() => pair.isConnected, "everything to be back");
  expect(await panorama.pushed(PRIMARY, "/config/panorama/vsys/entry/address/entry/@name")).toBe('<entry name="web"/>');
  expect(await panorama.status()).toEqual(["In Sync", "In Sync"]);
});

test("firewalls that are down, or that refuse, fail by themselves", async () => {
  await using pair = await PairSite.start({
    faults: [{ device: "primary", operation: "push", error: "commit failed: out of memory" }],
  });
  const panorama = await aPanorama(pair);
  await pair.site.cell.power.cut("secondary");
  await panorama.push(POLICY);
  await pair.site.runFor(seconds(4));
  expect((await panorama.jobs())[0]).toMatchObject({
    status: "FIN",
    result: "FAIL",
    details: ["2 of 2 devices failed"],
    devices: [
      { serial: PRIMARY, result: "FAIL", errors: ["commit failed: out of memory"] },
      { serial: SECONDARY, result: "FAIL", errors: ["device is not connected"] },
    ],
  });
});

test("a firewall that loses power in the middle of a push leaves no push pending", async () => {
  await using pair = await PairSite.start();
  const panorama = await aPanorama(pair);
  await panorama.push(POLICY);
  await pair.site.runFor(seconds(1));
  await pair.site.cell.power.cut("primary");
  await pair.site.runFor(seconds(4));
  expect((await panorama.jobs())[0]).toMatchObject({
    status: "FIN",
    result: "FAIL",
    devices: [
      { serial: PRIMARY, result: "FAIL" },
      { serial: SECONDARY, result: "OK" },
    ],
  });
});

test.each([
  [
    "an unknown group",
    "<commit-all><shared-policy><device-group><entry name='nope'/></device-group></shared-policy></commit-all>",
    "12",
    "device-group 'nope' is invalid",
  ],
  [
    "an unknown stack",
    "<commit-all><template-stack><name>nope</name></template-stack></commit-all>",
    "12",
    "template-stack 'nope' is invalid",
  ],
  ["nothing at all", "<commit-all/>", "17", " commit-all  is missing what to push"],
])("%s is refused", async (_, cmd, code, text) => {
  await using pair = await PairSite.start();
  const panorama = await aPanorama(pair);
  expect(await panorama.push(cmd)).toMatchObject({ ok: false, code, text });
});

test.each([
  ["beside its group", `<device>${PRIMARY}</device><device-group>branch</device-group>`],
  ["alone", `<device>${PRIMARY}</device>`],
])("a push to one device, named %s, goes to that one", async (_how, what) => {
  await using pair = await PairSite.start();
  const panorama = await aPanorama(pair);
  const cmd = `<commit-all><shared-policy>${what}<merge-with-candidate-cfg>no</merge-with-candidate-cfg></shared-policy></commit-all>`;
  expect(await panorama.push(cmd)).toMatchObject({ ok: true });
  expect((await panorama.jobs())[0]?.devices?.map(({ serial }) => serial)).toEqual([PRIMARY]);
});

test("log collectors are told at once, and firewalls know no commit-all", async () => {
  await using pair = await PairSite.start();
  const panorama = await aPanorama(pair);
  const collectors =
    "<commit-all><log-collector-config><log-collector-group>g</log-collector-group></log-collector-config></commit-all>";
  expect((await panorama.push(collectors)).text).toBe(
    "Generated config and committed to connected collectors in group",
  );
  expect(
    await panorama.call({ type: "commit", action: "all", cmd: POLICY }, panorama.client.for(PRIMARY)),
  ).toMatchObject({ ok: false, code: "17" });
});
