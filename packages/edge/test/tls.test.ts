import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventList, type JsonObject, later, minutes, seconds, tcp } from "@understudy/kernel";
import { LiveCell, LocalAuthority } from "@understudy/kernel/live";
import { needs } from "@understudy/kernel/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edge } from "../src/index.ts";

const ID = "edge-0";
const CLOUD = "edge-cloud";
const mosquitto = needs("mosquitto");
let folder = "";
let ours: LocalAuthority;
let others: LocalAuthority;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "understudy-edge-"));
  ours = await LocalAuthority.open(join(folder, "ours"));
  others = await LocalAuthority.open(join(folder, "others"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A cloud that serves TLS with our authority's certificate, and says that devices are to trust `ca`. */
async function secureCell(ca: string): Promise<LiveCell> {
  const cell = new LiveCell({ seed: 1, scale: 20, events: new EventList() });
  const { certificate, key } = await ours.serverCertificate([]);
  const place = tcp("127.0.0.1", 0);
  const listen = { http: place, https: place, mqtt: place, mqtts: place };
  await cell.addCloud(edge, { name: CLOUD, options: {}, listen, tls: { certificate, key, ca } });
  return cell;
}

async function addDevice(cell: LiveCell, options: JsonObject = {}): Promise<() => JsonObject> {
  const device = await cell.addDevice(edge, { id: ID, index: 0, options }, { cloud: CLOUD });
  await cell.power.on(ID);
  return () => device.state();
}

async function until(cell: LiveCell, done: () => boolean): Promise<void> {
  const deadline = cell.time.now() + minutes(20);
  while (!done() && cell.time.now() < deadline) await turn(cell);
  expect(done()).toBe(true);
}

/** A tenth of a second of the cell's time. */
const turn = ({ time }: LiveCell): Promise<void> =>
  new Promise((resolve) => void time.schedule(later(time.now(), seconds(0.1)), { due: () => resolve() }, 0));

async function close(cell: LiveCell): Promise<void> {
  await cell.power.stopAll();
  await cell[Symbol.asyncDispose]();
}

describe("TLS", () => {
  test("a device trusts the authority that its registration named, and talks to the broker by TLS", async () => {
    const cell = await secureCell(ours.certificate);
    const state = await addDevice(cell);
    await until(cell, () => cell.beliefOf(ID)?.["version"] === 1);
    expect(state()).toMatchObject({ mqtt: true, online: true });
    const stored = await cell.power.worldOf(ID).storage.readText("agent/device.json");
    expect(JSON.parse(stored ?? "")).toMatchObject({
      registration: {
        mqtt: { broker: { protocol: "mqtts", useTls: true, verifyCertificate: true, caCert: ours.certificate } },
      },
    });
    await close(cell);
  });

  test("a broker that another authority vouches for is not talked to; reports go by HTTP", async () => {
    const cell = await secureCell(others.certificate);
    const state = await addDevice(cell);
    await until(cell, () => cell.beliefOf(ID)?.["version"] === 1);
    expect(state()).toMatchObject({ mqtt: false, online: true });
    await close(cell);
  });

  test.skipIf(mosquitto.skip)(
    "mosquitto_pub reaches the broker with the authority's certificate, and not without",
    async () => {
      const cell = await secureCell(ours.certificate);
      const address = cell.cloud(CLOUD).endpoints["mqtts"]?.address;
      const port = address?.kind === "tcp" ? address.port : 0;
      const publish = (ca: LocalAuthority): Promise<number | null> => {
        const login = ["-u", "operator", "-P", "edge-admin-token"];
        const place = ["-h", "127.0.0.1", "-p", String(port), "--cafile", ca.path ?? ""];
        const child = spawn(
          join(mosquitto.folder.replace("/sbin", "/bin"), "mosquitto_pub"),
          [...place, ...login, "-q", "1", "-t", "t", "-m", "x"],
          {
            stdio: "ignore",
          },
        );
        return new Promise((resolve) => child.once("close", resolve));
      };
      expect(await publish(ours)).toBe(0);
      expect(await publish(others)).not.toBe(0);
      await close(cell);
    },
  );
});
