import { expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";

const show = (name: string): string => `<show><system><setting><${name}/></setting></system></show>`;
const set = (name: string, value: string): string =>
  `<set><system><setting><${name}>${value}</${name}></setting></system></set>`;
const INFO = "<show><system><info/></system></show>";

test("settings are told as they were set, also after a restart", async () => {
  await using fw = await FirewallSite.start();
  expect(await fw.op(show("jumbo-frame"))).toContain("<result>off</result>");
  expect(await fw.op(set("jumbo-frame", "on"))).toContain('status="success"');
  await fw.op(set("multi-vsys", "on"));
  await fw.restart();
  expect(await fw.op(show("jumbo-frame"))).toContain("<result>on</result>");
  expect(await fw.op(INFO)).toContain("<multi-vsys>on</multi-vsys>");
  expect(await fw.call({ type: "version" })).toContain("<multi-vsys>on</multi-vsys>");
  await fw.op(set("jumbo-frame", "off"));
  expect(await fw.op(show("jumbo-frame"))).toContain("<result>off</result>");
});

test.each([
  ["10.1.0", true, undefined],
  ["10.2.0", true, "on"],
  ["10.2.0", false, "off"],
])("release %s with advanced routing %s says %s", async (version, advanced, told) => {
  await using fw = await FirewallSite.start({ version, advanced_routing: advanced });
  expect(/<advanced-routing>(.*)<\/advanced-routing>/.exec(await fw.op(INFO))?.[1]).toBe(told);
});
