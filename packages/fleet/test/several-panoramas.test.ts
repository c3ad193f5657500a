import type { LabEvent } from "@understudy/kernel";
import { expect, test } from "vitest";
import { readLab } from "../src/lab/read-lab.ts";
import { LiveLab } from "../src/live/live-lab.ts";
import { planCells } from "../src/run/plan-cells.ts";
import { runCell } from "../src/run/run-cell.ts";

/** Two Panoramas that know nothing of each other: even their firewalls have the same serials. */
const pair = (name: string): string => `
  - family: panos
    cloud: ${name}
    name: ${name}
    devices:
      - { id: ${name}-1, serial: "0001", version: 10.1.0, available_versions: [10.2.0], ha_peer: "0002", ha_role: active }
      - { id: ${name}-2, serial: "0002", version: 10.1.0, available_versions: [10.2.0], ha_peer: "0001", ha_role: passive }`;
const TEXT = `
clouds:
  panorama: [{ name: east, api_key: key-of-east }, { name: west, api_key: key-of-west }]
fleets: ${pair("east")} ${pair("west")}
timeline:
  - { at: 20s, upgrade: { version: 10.2.0, to: { fleet: east } } }
`;
const source = { text: TEXT, file: "two.yaml" };

test("live, each has its own ports and keys, and so have their firewalls", async () => {
  const lab = await readLab({ ...source, text: TEXT.replace(/^timeline:.*/ms, "") });
  const free = { port: 0, option: "--port-base" };
  const ports = Object.fromEntries(
    ["east", "west"].flatMap((name) => ["http", "https", "link"].map((endpoint) => [`${name}.${endpoint}`, free])),
  );
  await using live = await LiveLab.open({ name: "two", lab, entropy: "same", ports, tls: "issued", scale: 20 });
  expect(await live.ready).toEqual([]);
  const listening: string[] = [];
  for (const name of ["east", "west"]) {
    const url = live.addresses.find((address) => address.name === `${name} (http)`)?.url ?? "";
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const version = async (key: string) => (await fetch(`${url}/api/?type=version&key=${key}`)).status;
    expect([await version("key-of-east"), await version("key-of-west")]).toEqual(
      name === "east" ? [200, 403] : [403, 200],
    );
    for (const serial of ["0001", "0002"]) {
      const detail = (await (await fetch(`${url}/devices/${serial}`)).json()) as Detail;
      expect(detail).toMatchObject({ connected: true, ha_role: serial === "0001" ? "active" : "passive" });
      listening.push(detail.listen.http, detail.listen.https);
      const direct = await fetch(`http://${detail.listen.http}/api/?type=version&key=key-of-${name}`);
      expect(await direct.text()).toContain(`<serial>${serial}</serial>`);
    }
  }
  expect(new Set(listening).size).toBe(8);
  expect(listening.every((at) => /^127\.42\.0\.[12]:\d+$/.test(at))).toBe(true);
});

interface Detail {
  readonly listen: { readonly http: string; readonly https: string };
}

test("in virtual time an upgrade of one's pair leaves the other's alone", async () => {
  const versions = new Map<string, unknown>();
  const record = ({ source: id, change: { version } }: LabEvent): void => {
    if (version !== undefined && /^(east|west)-/.test(id)) versions.set(id, version);
  };
  const lab = await readLab(source);
  const plans = planCells(lab);
  for (const plan of plans) {
    const report = await runCell(lab, plan, plans.length, { events: { record } });
    expect(report).toMatchObject({ devices: 2, findings: [], failures: [] });
  }
  expect(Object.fromEntries(versions)).toEqual({
    "east-1": "10.2.0",
    "east-2": "10.2.0",
    "west-1": "10.1.0",
    "west-2": "10.1.0",
  });
});
