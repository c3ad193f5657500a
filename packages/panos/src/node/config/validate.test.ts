import { describe, expect, test } from "vitest";
import { readXml } from "../../wire/xml/read.ts";
import { validate } from "./validate.ts";

const tree = (source: string) => {
  const reading = readXml(source);
  if (!reading.ok) throw new Error(reading.fault.reason);
  return reading.root;
};
const rule = (source: string, base = "rulebase") =>
  `<${base}><security><rules><entry name="r"><source><member>${source}</member></source></entry></rules></security></${base}>`;
const firewall = (vsys: string, shared = "") =>
  tree(
    `<config><shared>${shared}</shared><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1">${vsys}</entry></vsys></entry></devices></config>`,
  );
const UNKNOWN = [" vsys1 -> rulebase -> security -> rules -> r -> source -> x is not a valid reference"];

describe("a rule of a firewall names", () => {
  test.each([
    ["an address", firewall(`<address><entry name="x"/></address>${rule("x")}`)],
    ["a shared group", firewall(rule("x"), '<address-group><entry name="x"/></address-group>')],
    ["an external list", firewall(`<external-list><entry name="x"/></external-list>${rule("x")}`)],
    ["a region", firewall(`<region><entry name="x"/></region>${rule("x")}`)],
    ["a literal", firewall(rule("10.0.0.0/8"))],
  ])("%s", (_, config) => expect(validate("firewall", config, undefined)).toEqual([]));

  test("something pushed", () => {
    const pushed = tree(
      '<pushed><vsys><entry name="vsys1"><address><entry name="x"/></address></entry></vsys></pushed>',
    );
    expect(validate("firewall", firewall(rule("x")), pushed)).toEqual([]);
  });

  test("nothing that is there", () => expect(validate("firewall", firewall(rule("x")), undefined)).toEqual(UNKNOWN));
});

test("a device group uses the objects of those above it, and of no others", () => {
  const group = (name: string, more: string) => `<entry name="${name}">${more}</entry>`;
  const object = '<address><entry name="x"/></address>';
  const config = (holder: string) =>
    tree(
      `<config><shared/><devices><entry name="localhost.localdomain"><device-group>${group("top", holder === "top" ? object : "")}${group("side", holder === "side" ? object : "")}${group("leaf", rule("x", "pre-rulebase"))}</device-group></entry></devices><readonly><devices><entry name="localhost.localdomain"><device-group>${group("leaf", "<parent-dg>top</parent-dg>")}</device-group></entry></devices></readonly></config>`,
    );
  expect(validate("panorama", config("top"), undefined)).toEqual([]);
  expect(validate("panorama", config("side"), undefined)).toHaveLength(1);
});
