import type { Instant } from "@understudy/kernel";
import { expect, test } from "vitest";
import { readXml } from "../../wire/xml/read.ts";
import type { ConfigChange } from "./change.ts";
import { isMeant, readScope } from "./commit-scope.ts";

const DEVICE = "/config/devices/entry[@name='localhost.localdomain']";
const VSYS = `${DEVICE}/vsys/entry[@name='vsys1']`;
const set = (xpath: string, element = "<x/>"): ConfigChange => ({ action: "set", xpath, element });
const CHANGES: Readonly<Record<string, ConfigChange>> = {
  address: set(`${VSYS}/address/entry[@name='a']`),
  "address from above": set(`${DEVICE}/vsys`, "<entry name='vsys1'><address><entry name='a'/></address></entry>"),
  rule: { action: "delete", xpath: `${VSYS}/rulebase/security/rules/entry[@name='r']` },
  zone: { action: "edit", xpath: `${VSYS}/zone/entry[@name='z']`, element: "<entry name='z'/>" },
  hostname: set(`${DEVICE}/deviceconfig/system`, "<hostname>x</hostname>"),
  admin: set("/config/mgt-config/users/entry[@name='ann']"),
  shared: set("/config/shared/address/entry[@name='s']"),
  group: set(`${DEVICE}/device-group/entry[@name='branch']/address/entry[@name='g']`),
  parent: set(`/config/readonly/devices/entry/device-group/entry[@name='branch']`, "<parent-dg>top</parent-dg>"),
  template: set(`${DEVICE}/template/entry[@name='t']/config`),
  whole: { action: "load", xpath: "/config", element: "<config/>" },
};

function meant(partial: string): readonly string[] {
  const reading = readXml(`<partial>${partial}</partial>`);
  const scope = reading.ok ? readScope(reading.root) : undefined;
  if (scope === undefined) throw new Error(`${partial} limits nothing`);
  const entry = (change: ConfigChange) => ({ seq: 1, at: 0 as Instant, admin: "ann", change });
  return Object.keys(CHANGES).filter((name) => isMeant(scope, entry(CHANGES[name] ?? set(""))));
}

const all = Object.keys(CHANGES);
const without = (...names: readonly string[]) => all.filter((name) => !names.includes(name));

test.each([
  ["<admin><member>ann</member></admin>", all],
  ["<admin><member>bob</member></admin>", []],
  ["<policy-and-objects/>", without("address", "address from above", "rule")],
  ["<device-and-network>excluded</device-and-network>", without("zone", "hostname", "admin", "whole")],
  ["<shared-object>excluded</shared-object>", without("shared")],
  ["<vsys><member>vsys2</member></vsys>", without("address", "address from above", "rule", "zone")],
  ["<no-vsys/>", without("address", "address from above", "rule", "zone")],
  ["<device-group><member>branch</member></device-group><no-template/>", without("template")],
  ["<device-group><member>other</member></device-group>", without("group", "parent")],
  [
    "<device-group><member>branch</member></device-group><no-template/><no-vsys/><shared-object/><device-and-network/>",
    ["group", "parent"],
  ],
])("%s", (partial, expected) => expect(meant(partial)).toEqual(expected));

test("a partial commit that names nothing is a whole one", () => {
  const reading = readXml("<partial><description>x</description></partial>");
  expect(readScope(reading.ok ? reading.root : undefined)).toBeUndefined();
  expect(readScope(undefined)).toBeUndefined();
});
