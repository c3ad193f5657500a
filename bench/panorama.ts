import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { type JsonObject, later, minutes, seconds, tcp, VirtualCell } from "@understudy/kernel";
import { panos, startPanorama } from "@understudy/panos";

// To reach: `show system info` ≥ 10,000 requests/s with p99 ≤ 10 ms at 50 connections, on cores shared with the load tool; `show devices all` of
// 10,000 firewalls ≤ 300 ms; 10,000 firewalls ≤ 200 MB; 1,000 concurrent upgrades in virtual time (500 pairs) ≤ 5 s.
// BENCH_FIREWALLS (default 10,000) and BENCH_UPGRADES (default 1,000) change the sizes.
const FIREWALLS = Number(process.env.BENCH_FIREWALLS ?? 10_000);
const UPGRADES = Number(process.env.BENCH_UPGRADES ?? 1_000);
const LOAD_TOOL = "wrk";
const INFO = "<show><system><info/></system></show>";
const DEVICES = "<show><devices><all/></devices></show>";

const serialOf = (n: number): string => String(1_000_000_000 + n);
const call = (url: string, cmd: string, target = ""): string =>
  `${url}/api/?type=op&key=test-api-key&target=${target}&cmd=${encodeURIComponent(cmd)}`;

await benchMemory();
await benchUpgrades();
await benchRequests();

function heapMib(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

async function aCell(
  count: number,
  entry: (n: number) => JsonObject,
): Promise<{ readonly cell: VirtualCell; readonly ids: readonly string[] }> {
  const cell = new VirtualCell({ seed: 1, events: { record: () => undefined } });
  const listen = { http: tcp("panorama", 7420), link: tcp("panorama", 7422) };
  await cell.addCloud(panos, { name: "panorama", options: {}, listen });
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const id = `fw-${n}`;
    ids.push(id);
    await cell.addDevice(
      panos,
      { id, index: n, options: { serial: serialOf(n), hostname: id, ...entry(n) } },
      { cloud: "panorama" },
    );
    await cell.power.on(id);
  }
  await cell.time.runUntil(later(cell.time.now(), seconds(30)));
  return { cell, ids };
}

async function benchMemory(): Promise<void> {
  const before = heapMib();
  const start = performance.now();
  const { cell } = await aCell(FIREWALLS, () => ({}));
  const took = performance.now() - start;
  const used = heapMib() - before;
  console.log(
    `${FIREWALLS} firewalls and their Panorama: booted in ${took.toFixed(0)} ms, ${used.toFixed(0)} MiB of heap, ${((used * 1024) / FIREWALLS).toFixed(1)} KiB each`,
  );
  await cell.power.stopAll();
}

async function benchUpgrades(): Promise<void> {
  const { cell, ids } = await aCell(UPGRADES, (n) => ({
    version: "10.5.1",
    available_versions: ["11.1.0"],
    ha_peer: serialOf(n ^ 1),
    ha_role: n % 2 === 0 ? "active" : "passive",
  }));
  const start = performance.now();
  let done = false;
  const work = cell.act(panos, "panorama", "upgrade", { version: "11.1.0", poll: "10s" }, ids).then((versions) => {
    done = true;
    return versions;
  });
  await cell.time.runUntil(later(cell.time.now(), minutes(60)), () => done);
  const upgraded = Object.values(await work).filter((version) => version === "11.1.0").length;
  console.log(
    `${UPGRADES / 2} pairs upgraded at once: ${upgraded} on the new version after ${(performance.now() - start).toFixed(0)} ms`,
  );
  await cell.power.stopAll();
}

async function benchRequests(): Promise<void> {
  const devices = Array.from(
    { length: FIREWALLS },
    (_, n) => `  - { serial: "${serialOf(n)}", hostname: fw-${n}, current_version: 10.1.0 }`,
  );
  const start = performance.now();
  await using server = await startPanorama({ scenario: `devices:\n${devices.join("\n")}\n` });
  console.log(
    `startPanorama with ${FIREWALLS} firewalls: ${(performance.now() - start).toFixed(0)} ms, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`,
  );
  for (let n = 0; n < 3; n++) {
    const begin = performance.now();
    const size = (await (await fetch(call(server.url, DEVICES))).text()).length;
    console.log(`show devices all: ${(performance.now() - begin).toFixed(0)} ms, ${(size / 1e6).toFixed(1)} MB`);
  }
  if (spawnSync(LOAD_TOOL, ["-v"]).error !== undefined) {
    console.log("show system info: skipped, wrk is not installed");
    return;
  }
  for (const [what, target] of [
    ["Panorama's own", ""],
    ["through Panorama", serialOf(5)],
  ] as const) {
    const { stdout } = await promisify(execFile)(LOAD_TOOL, [
      "-t1",
      "-c50",
      "-d8s",
      "--latency",
      call(server.url, INFO, target),
    ]);
    const rate = /Requests\/sec: *([\d.]+)/.exec(stdout)?.[1];
    const p99 = /99% *([\d.]+\w+)/.exec(stdout)?.[1];
    const errors = /Non-2xx or 3xx responses: *(\d+)/.exec(stdout)?.[1] ?? "0";
    console.log(`show system info, ${what}: ${rate} requests/s, p99 ${p99}, ${errors} errors`);
  }
}
