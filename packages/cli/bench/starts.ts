/**
 * Starts of `pantavisor-mocker` as processes: the time from the start to the first request that registers, and the memory of an idle
 * device; then many starts at the same moment against one Pantahub, each of which must register.
 * `npm run bench -- starts --compiled`, or `node packages/cli/bench/starts.ts [starts at once, default 200]` after a build.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initMockerFolder, startPantahub } from "@understudy/pantavisor";

const ALONE = 9;
const atOnce = Number(process.argv[2] ?? 200);

const place = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const compiled = !process.execArgv.includes("--conditions=understudy-source") && existsSync(place("dist"));
const program = compiled
  ? [place("dist/bin/pantavisor-mocker.js")]
  : ["--conditions=understudy-source", "--disable-warning=ExperimentalWarning", place("src/bin/pantavisor-mocker.ts")];

const folder = await mkdtemp(join(tmpdir(), "understudy-starts-"));
const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") };
const start = (storage: string, ...more: readonly string[]) =>
  spawn(process.execPath, [...program, "start", "-s", storage, ...more], { env, stdio: "ignore" });

try {
  console.log(`${compiled ? "compiled code" : "sources"}, compile cache warm`);
  await oneByOne();
  await allAtOnce();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The hub only answers what is needed and looks at the clock, so that the cloud costs nothing. */
async function oneByOne(): Promise<void> {
  let registered: (() => void) | undefined;
  const id = "6b00d357a10f0386ea72f5d0";
  const answer = JSON.stringify({ id, prn: `prn:::devices:/${id}`, secret: "x", token: "x", owner: "prn:x" });
  const hub = createServer((request, reply) => {
    if (request.url === "/devices/") registered?.();
    request.resume().once("end", () => reply.setHeader("Content-Type", "application/json").end(answer));
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  const port = String((hub.address() as AddressInfo).port); // it listens on TCP
  const times: number[] = [];
  const memory: number[] = [];
  for (let n = 0; n <= ALONE; n++) {
    const storage = join(folder, `alone-${n}`);
    await initMockerFolder(storage, { host: "http://127.0.0.1", port, token: "x" });
    const arrived = new Promise<void>((resolve) => (registered = resolve));
    const begun = performance.now();
    const child = start(storage);
    await arrived;
    const took = performance.now() - begun;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    if (n === 0) continue; // it fills the compile cache
    times.push(took);
    memory.push(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
  }
  hub.close();
  console.log(`start to first registering request: ${spread(times)} ms`);
  console.log(`resident memory of an idle device: ${spread(memory)} MiB`);
}

async function allAtOnce(): Promise<void> {
  await using hub = await startPantahub({ accounts: [{ nick: "user1", password: "user1" }] });
  const { token = "" } = await hub.user().createJoinToken();
  const { port } = new URL(hub.url);
  const storages = Array.from({ length: atOnce }, (_, n) => join(folder, `many-${n}`));
  for (const storage of storages) await initMockerFolder(storage, { host: "http://127.0.0.1", port, token });
  const begun = performance.now();
  const codes = await Promise.all(
    storages.map((storage) => new Promise((resolve) => start(storage, "--one-shot").once("exit", resolve))),
  );
  const seconds = (performance.now() - begun) / 1_000;
  const { length } = await hub.user().devices();
  const well = codes.filter((code) => code === 0).length;
  console.log(`${atOnce} starts at once: ${length} registered, ${well} ended well, in ${seconds.toFixed(1)} s`);
  if (length !== atOnce || well !== atOnce) process.exitCode = 1;
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
  return `median ${at(0.5)}, least ${at(0)}, most ${at(1)}`;
}
