import {
  type AuditEntry,
  EMPTY_BODY,
  EventList,
  MemoryStorage,
  milliseconds,
  readText,
  silentLogger,
  tcp,
  type World,
} from "@understudy/kernel";
import { AuditLog, LiveCell } from "@understudy/kernel/live";
import { panos } from "@understudy/panos";
import { expect, test } from "vitest";

const FIREWALL = "001";
const SHOW = "<show><system><info></info></system></show>";
const RESTART = "<request><restart><system></system></restart></request>";
const LICENSE = "<request><license><fetch><auth-code>I1234567</auth-code></fetch></license></request>";
const ADDRESS =
  "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']/address/entry[@name='a']";

test("the audit log tells who changed what, on a firewall through Panorama too; questions and secrets are not in it", async () => {
  const events = new EventList();
  const audit: AuditLog = new AuditLog({ now: () => cell.time.now(), log: silentLogger });
  await using cell: LiveCell = new LiveCell({ seed: 1, scale: 20, events, auditFor: (id) => audit.for(id) });
  const listen = { http: tcp("127.0.0.1", 0), link: tcp("127.0.0.1", 0) };
  await cell.addCloud(panos, { name: "panorama", options: {}, listen });
  const options = { serial: FIREWALL, hostname: "fw", version: "10.1.0", available_versions: ["10.2.0"] };
  const device = await cell.addDevice(panos, { id: "fw", index: 0, options }, { cloud: "panorama" });
  await cell.power.on("fw");
  const world = await cell.power.operator("client", new MemoryStorage({ now: () => cell.time.now() }));
  while (device.state()["connected"] !== true) await world.clock.sleep(milliseconds(100));
  const ask = (parameters: Readonly<Record<string, string>>): Promise<string> => call(world, cell, parameters);

  await ask({ type: "op", cmd: SHOW });
  await ask({ type: "config", action: "set", xpath: ADDRESS, element: "<ip-netmask>10.0.0.1</ip-netmask>" });
  await ask({ type: "op", cmd: LICENSE });
  await ask({ type: "op", cmd: RESTART });
  expect(audit.entries.map(short)).toEqual([
    `fw admin config.set ${FIREWALL} ${ADDRESS} succeeded`,
    `fw admin request.license.fetch ${FIREWALL} done`,
    `fw admin request.restart.system ${FIREWALL} done`,
  ]);
  await cell.power.stopAll();
});

async function call(world: World, cell: LiveCell, parameters: Readonly<Record<string, string>>): Promise<string> {
  const endpoint = cell.cloud("panorama").endpoints["http"];
  if (endpoint === undefined) throw new Error("Panorama serves no http.");
  const query = new URLSearchParams({ key: "test-api-key", target: FIREWALL, ...parameters }).toString();
  const request = { method: "GET", target: `/api/?${query}`, version: "1.1", headers: [], body: EMPTY_BODY } as const;
  return readText((await world.network.request(endpoint.address, request)).body);
}

const short = ({ server, who, action, target, result }: AuditEntry): string =>
  `${server} ${who} ${action} ${target} ${result}`;
