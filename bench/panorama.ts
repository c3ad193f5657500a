import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type JsonObject, later, minutes, seconds, tcp, VirtualCell } from "@understudy/kernel";
import { panos } from "@understudy/panos";

// To reach: `show system info` ≥ 10,000 requests/s with p99 ≤ 10 ms at 50 connections, on cores shared with the load tool; `show devices all` of
// 10,000 firewalls ≤ 300 ms; 10,000 firewalls ≤ 200 MB; 1,000 concurrent upgrades in virtual time (500 pairs) ≤ 5 s.
// BENCH_FIREWALLS (default 10,000) and BENCH_UPGRADES (default 1,000) change the sizes. What a machine that does other things beside it says of time is
// mostly about those: the CPU time stands with each figure.
const FIREWALLS = Number(process.env.BENCH_FIREWALLS ?? 10_000);
const UPGRADES = Number(process.env.BENCH_UPGRADES ?? 1_000);
const LOAD_TOOL = "wrk";
const WINDOWS = 5;
const INFO = "<show><system><info/></system></show>";
const DEVICES = "<show><devices><all/></devices></show>";

const serialOf = (n: number): string => String(1_000_000_000 + n);
const call = (url: string, cmd: string, target = ""): string =>
  `${url}/api/?type=op&key=test-api-key&target=${target}&cmd=${encodeURIComponent(cmd)}`;

await benchMemory();
await benchUpgrades();
await benchServer();

/** CPU time of this process in milliseconds. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

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
  const before = cpu();
  let done = false;
  const work = cell.act(panos, "panorama", "upgrade", { version: "11.1.0", poll: "10s" }, ids).then((versions) => {
    done = true;
    return versions;
  });
  await cell.time.runUntil(later(cell.time.now(), minutes(60)), () => done);
  const upgraded = Object.values(await work).filter((version) => version === "11.1.0").length;
  console.log(
    `${UPGRADES / 2} pairs upgraded at once: ${upgraded} on the new version after ${(performance.now() - start).toFixed(0)} ms, ${(cpu() - before).toFixed(0)} ms of CPU`,
  );
  await cell.power.stopAll();
}

/** The program as a user starts it, in a process of its own. */
async function benchServer(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "understudy-panorama-"));
  const file = join(folder, "scenario.yaml");
  const devices = Array.from(
    { length: FIREWALLS },
    (_, n) => `  - { serial: "${serialOf(n)}", hostname: fw-${n}, current_version: 10.1.0 }`,
  );
  await writeFile(file, `api_key: test-api-key\ndevices:\n${devices.join("\n")}\n`);
  const start = performance.now();
  const child = spawn(process.execPath, [...program(), "panorama", "serve", "--config", file, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await urlOf(child);
    const ready = `ready after ${(performance.now() - start).toFixed(0)} ms, ${cpuOf(child)} ms of CPU`;
    await setTimeout(2000); // the system takes given back pages in the background
    console.log(`understudy panorama serve with ${FIREWALLS} firewalls: ${ready}; idle ${resident(child)}`);
    for (let n = 0; n < 4; n++) await benchList(child, url);
    console.log(`afterwards: ${resident(child)}`);
    if (spawnSync(LOAD_TOOL, ["-v"]).error === undefined) await benchLoad(child, url);
    else console.log("show system info: skipped, wrk is not installed");
  } finally {
    child.kill();
    await once(child, "exit");
    await rm(folder, { recursive: true, force: true });
  }
}

function program(): readonly string[] {
  const bin = (path: string): string => fileURLToPath(new URL(`../packages/cli/${path}`, import.meta.url));
  const source = "--conditions=understudy-source";
  return process.execArgv.includes(source)
    ? [source, "--disable-warning=ExperimentalWarning", bin("src/bin/understudy.ts")]
    : [bin("dist/bin/understudy.js")];
}

/** The address that the program tells when everything is up. */
async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let told = "";
  for await (const piece of stdout ?? []) {
    told += String(piece);
    const url = /http:\/\/[\d.:]+/.exec(told)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`The server ended early: ${told}`);
}

function procOf({ pid }: ChildProcess, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, "utf8");
}

/** CPU time of a process in milliseconds, to a tick of ten. */
function cpuOf(child: ChildProcess): number {
  const fields = procOf(child, "stat")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function resident(child: ChildProcess): string {
  const mb = (name: string): string =>
    ((Number(new RegExp(`${name}:\\s+(\\d+)`).exec(procOf(child, "status"))?.[1]) * 1024) / 1e6).toFixed(0);
  return `${mb("VmRSS")} MB resident, ${mb("VmHWM")} MB at most`;
}

async function benchList(child: ChildProcess, url: string): Promise<void> {
  const before = cpuOf(child);
  const begin = performance.now();
  const reply = await fetch(call(url, DEVICES));
  let size = 0;
  for await (const piece of reply.body ?? []) size += piece.byteLength;
  console.log(
    `show devices all: ${(performance.now() - begin).toFixed(0)} ms, ${cpuOf(child) - before} ms of CPU, ${(size / 1e6).toFixed(1)} MB`,
  );
}

/** The load is taken in windows: where the machine itself stands still for a moment, one of them shows it. */
async function benchLoad(child: ChildProcess, url: string): Promise<void> {
  for (const [what, target] of [
    ["Panorama's own", ""],
    ["through Panorama", serialOf(5)],
  ] as const) {
    const load = (time: string) =>
      promisify(execFile)(LOAD_TOOL, ["-t1", "-c50", `-d${time}`, "--latency", call(url, INFO, target)]);
    await load("3s"); // until the code is compiled
    const before = cpuOf(child);
    const windows: string[] = [];
    for (let n = 0; n < WINDOWS; n++) windows.push((await load("4s")).stdout);
    const used = cpuOf(child) - before;
    const told = (pattern: RegExp): readonly string[] => windows.map((text) => pattern.exec(text)?.[1] ?? "0");
    const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + Number(text), 0);
    const each = (used * 1000) / sum(told(/(\d+) requests in/));
    const rate = sum(told(/Requests\/sec: *([\d.]+)/)) / WINDOWS;
    const errors = sum(told(/Non-2xx or 3xx responses: *(\d+)/));
    console.log(
      `show system info, ${what}: ${rate.toFixed(0)} requests/s, p99 ${told(/99% *([\d.]+\w+)/).join(", ")}, ${each.toFixed(0)} µs of CPU each, ${errors} errors; ${resident(child)}`,
    );
  }
}
