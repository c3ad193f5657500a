import { type JsonObject, MemoryStorage } from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { panos } from "@understudy/panos";
import { expect, test } from "vitest";
import { ApiClient } from "../src/site/api-client.ts";
import { readScenario } from "../src/site/scenario/scenario.ts";
import { haMessage } from "../src/wire/messages/high-availability.ts";
import { PRIMARY, SECONDARY } from "./a-pair.ts";

const member = (serial: string, peer: string, role: string): JsonObject => ({
  serial,
  hostname: `fw-${serial}`,
  version: "10.2.0",
  ha_peer: peer,
  ha_role: role,
  ha_mode: "active-active",
  available_versions: ["11.0.0"],
});

async function anActiveActivePair() {
  const site = await TestSite.open();
  await site.addCloud(panos);
  const first = await site.addDevice(panos, member(PRIMARY, SECONDARY, "active-primary"), { id: "first" });
  const second = await site.addDevice(panos, member(SECONDARY, PRIMARY, "active-secondary"), { id: "second" });
  const roles = () => [first, second].map((device) => String(device.state()["haState"])).join("/");
  await site.until(
    () => roles() === "active-primary/active-secondary" && second.state()["connected"] === true,
    "roles",
  );
  return { site, roles, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

test("an active/active pair is told as one, with device ids, and Panorama knows its states", async () => {
  await using pair = await anActiveActivePair();
  const { cell } = pair.site;
  const endpoint = cell.cloud("panorama").endpoints["http"];
  if (endpoint === undefined) throw new Error("no endpoint");
  const world = await cell.power.operator("client", new MemoryStorage(cell.ground.time));
  const client = new ApiClient(world, endpoint, "test-api-key", PRIMARY);
  const reply = await pair.site.during(client.op("<show><high-availability><state/></high-availability></show>"));
  expect(haMessage.parse(reply.result)).toMatchObject({
    mode: "Active-Active",
    local: { state: "active-primary", deviceId: 0 },
    peer: { state: "active-secondary", deviceId: 1 },
    runningSync: "synchronized",
  });
  expect(cell.beliefOf("second")).toMatchObject({ haState: "active-secondary" });
  expect([cell.differences("first"), cell.differences("second")]).toEqual([[], []]);
});

test("it is upgraded like any pair, the secondary first, and comes back over tentative", async () => {
  await using pair = await anActiveActivePair();
  const seen = new Set<string>();
  const watch = noting(seen, pair.roles);
  const upgrade = pair.site.cell.act(panos, "panorama", "upgrade", { version: "11.0.0" }, ["first", "second"]);
  let done = false;
  upgrade.then(
    () => (done = true),
    () => (done = true),
  );
  await pair.site.until(() => watch() && done, "the upgrade");
  expect(await upgrade).toEqual({ [PRIMARY]: "11.0.0", [SECONDARY]: "11.0.0" });
  expect(pair.roles()).toBe("active-secondary/active-primary");
  expect(seen).toContain("active-primary/tentative");
  expect(seen).toContain("tentative/active-primary");
  expect(seen).not.toContain("active-primary/active-primary");
});

/** Notes the roles of each instant. */
function noting(seen: Set<string>, roles: () => string): () => true {
  return () => {
    seen.add(roles());
    return true;
  };
}

test.each([
  [{ ha_mode: "active-active" }, {}, /devices\[0\]\.ha_mode: .* different modes/],
  [{ ha_mode: "active-active" }, { ha_mode: "active-active" }, /ha_role: both/],
])("a scenario with members that do not fit together is refused: %o %o", (a, b, problem) => {
  const entry = (serial: string, peer: string, more: object) =>
    `{ serial: "${serial}", hostname: h${serial}, current_version: 10.1.0, ha_peer: "${peer}", ${Object.entries(more)
      .map(([key, value]) => `${key}: ${String(value)}`)
      .join(", ")} }`;
  const second = { ...b, ...("ha_mode" in b ? {} : { ha_role: "passive" }) };
  const text = `devices: [${entry("001", "002", a)}, ${entry("002", "001", second)}]`;
  expect(() => readScenario(text)).toThrow(problem);
});
