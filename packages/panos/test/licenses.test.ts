import { describe, expect, test } from "vitest";
import { readLicenseFile } from "../src/node/licenses/license-file.ts";
import { FirewallSite } from "./a-firewall.ts";

const license = (order: string): string => `<request><license>${order}</license></request>`;
const INFO = license("<info/>");
const FETCH = license("<fetch/>");
const activate = (code: string): string => license(`<fetch><auth-code>${code}</auth-code></fetch>`);
const features = (text: string): readonly string[] =>
  [...text.matchAll(/<feature>(.*?)<\/feature>/g)].map(([, feature = ""]) => feature);

const SUPPORT = { feature: "Premium", expires: "December 31, 2036" };
const THREAT = { feature: "Threat Prevention", expires: "June 30, 2030" };
const options = { licenses: [SUPPORT] };
const cloud = { auth_codes: { I1234567: [THREAT] } };

describe("licences", () => {
  test("an authorization code brings what it stands for, also after a restart", async () => {
    await using fw = await FirewallSite.start(options, { cloud });
    expect(features(await fw.op(activate("I1234567")))).toEqual(["Premium", "Threat Prevention"]);
    await fw.restart();
    const text = await fw.op(INFO);
    expect(features(text)).toEqual(["Premium", "Threat Prevention"]);
    expect(text).toMatch(/<expires>June 30, 2030<\/expires><expired>no<\/expired><authcode>I1234567<\/authcode>/);
    expect(await fw.op(activate("I7654321"))).toContain("Invalid Auth Code");
  });

  test("what is deleted can be fetched again; what was given back cannot", async () => {
    await using fw = await FirewallSite.start(options, { cloud });
    await fw.op(activate("I1234567"));
    const removed = await fw.op("<delete><license><key>Threat Prevention</key></license></delete>");
    expect(removed).toContain("successfully removed Threat Prevention");
    expect(features(await fw.op(INFO))).toEqual(["Premium"]);
    expect(features(await fw.op(FETCH))).toEqual(["Premium", "Threat Prevention"]);
    const back = "<deactivate><key><features><member>Threat Prevention</member></features></key></deactivate>";
    expect(await fw.op(license(back))).toContain("Successfully deactivated");
    expect(features(await fw.op(FETCH))).toEqual(["Premium"]);
    expect(await fw.op(license(back))).toContain("License key for Threat Prevention is not installed");
  });

  test.each([
    ["auto", []],
    ["manual", ["Premium"]],
  ])("a deactivated virtual firewall has none; with mode %s the server still has %j", async (mode, left) => {
    await using fw = await FirewallSite.start({ ...options, model: "PA-VM" });
    expect(await fw.op("<show><system><info/></system></show>")).toContain("<vm-license>VM-300</vm-license>");
    await fw.op(license(`<deactivate><VM-Capacity><mode>${mode}</mode></VM-Capacity></deactivate>`));
    expect(await fw.op(INFO)).toContain("<licenses/>");
    expect(await fw.op("<show><system><info/></system></show>")).toContain("<vm-license>none</vm-license>");
    expect(features(await fw.op(FETCH))).toEqual(left);
  });

  test("none can be fetched while the server cannot be reached", async () => {
    const faults = [{ family: "panos", operation: "check", error: "no route" }];
    await using fw = await FirewallSite.start(options, { cloud, faults });
    expect(await fw.op(activate("I1234567"))).toContain("Failed to fetch licenses");
    expect(features(await fw.op(INFO))).toEqual(["Premium"]);
  });
});

describe("licence files", () => {
  const read = (name: string, content: string) => readLicenseFile(name, Buffer.from(content), "0012");
  const shown = (serial: string) =>
    `<response status="success"><result><licenses><entry><feature>DNS Security</feature><serial>${serial}</serial><expires>Never</expires></entry></licenses></result></response>`;

  test("what one node shows another one of the same serial takes", () => {
    expect(read("any", shown("0012"))).toEqual({
      ok: true,
      licenses: [{ feature: "DNS Security", expires: "Never" }],
    });
    expect(read("any", shown("0013"))).toEqual({ ok: false, why: "other-device" });
  });

  test.each([
    ["0012-threat.key", "Threat Prevention"],
    ["wildfire.key", "WildFire License"],
    ["0013-threat.key", "other-device"],
    ["0012-constructor.key", "unreadable"],
    ["holiday.jpg", "unreadable"],
  ])("an opaque key counts by its name: %s", (name, outcome) => {
    const reading = read(name, "AAAA");
    expect(reading.ok ? reading.licenses[0]?.feature : reading.why).toBe(outcome);
  });
});
