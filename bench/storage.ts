/**
 * What storages and stores cost: bytes per idle device of a memory storage, time per file operation, and rows per second
 * of each form of store up to the newest step of a million. `--expose-gc` for figures of memory; PostgreSQL only where it is installed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  insert,
  instant,
  MemoryStorage,
  type PowerableStorage,
  type Query,
  replace,
  type Store,
  sharedBase,
  syntheticBlob,
  table,
} from "@understudy/kernel";
import { openDirectoryStorage, openStores } from "@understudy/kernel/live";
import { needs, PostgresServer } from "@understudy/kernel/testing";

const now = () => instant(1_767_225_600_500);
const folder = mkdtempSync(join(tmpdir(), "understudy-bench-"));

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Microseconds per call of `work`. */
async function timed(count: number, work: (at: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  for (let at = 0; at < count; at++) await work(at);
  return ((performance.now() - begun) * 1_000) / count;
}

const us = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} µs`;
const line = (...parts: readonly string[]): void => console.log(`  ${parts.join("   ")}`);

const PATHS = [
  "config/pantahub.config",
  "config/mocker.json",
  "trails/0/.pvr/json",
  "trails/0/.pv/progress",
  "trails/1/.pvr/json",
  "trails/1/.pv/progress",
  "device-meta/pantavisor.version",
  "user-meta/interval",
  "cache/devmeta.json",
  "logs/0/pantavisor/pantavisor.log",
  "state/token",
];

/** A dozen files as an idle device has them: 75 bytes each, its own id in all of them. */
async function fill(storage: PowerableStorage, id: number): Promise<void> {
  for (const path of PATHS)
    await storage.write(path, `{"id":"device-${id}","path":"${path}","value":12345678901234567890}`);
  await storage.link("trails/current", "1");
  await storage.sync();
}

async function memoryPerDevice(count: number): Promise<void> {
  const options = { now };
  const before = await heap();
  const storages: PowerableStorage[] = [];
  for (let id = 0; id < count; id++) {
    const storage = new MemoryStorage(options);
    await fill(storage, id);
    storages.push(storage);
  }
  const own = ((await heap()) - before) / count;
  const base = sharedBase(PATHS.map((path) => [path, `{"path":"${path}"}`] as const));
  const again = await heap();
  for (let id = 0; id < count; id++) {
    const storage = new MemoryStorage({ ...options, base });
    await storage.write("state/token", `token-${id}`);
    await storage.sync();
    storages.push(storage);
  }
  const shared = ((await heap()) - again) / count;
  line(
    `memory storage, ${count} devices:`,
    `${own.toFixed(0)} B per device with 12 files of its own`,
    `${shared.toFixed(0)} B with 1 of its own over a shared base`,
  );
  if (storages.length !== count * 2) throw new Error("Nothing may be collected before it is counted");
}

async function fileOperations(name: string, storage: PowerableStorage, count: number): Promise<void> {
  await fill(storage, 1);
  const read = await timed(count, () => storage.readText("trails/1/.pv/progress"));
  const write = await timed(count, (at) => storage.write("trails/1/.pv/progress", `{"at":${at}}`));
  const synced = await timed(Math.min(count, 2_000), async (at) => {
    await storage.write("trails/1/.pv/progress", `{"at":${-at}}`);
    await storage.sync();
  });
  const blob = syntheticBlob("image", 8 << 20);
  const begun = performance.now();
  await storage.receive("objects/x", { kind: "blob", blob, start: 0, end: blob.size });
  const named = await storage.blob("objects/x");
  const download = performance.now() - begun;
  if (named?.sha256 !== blob.sha256) throw new Error("The download differs");
  line(
    name.padEnd(10),
    `read ${us(read)}`,
    `write ${us(write)}`,
    `write + sync ${us(synced)}`,
    `8 MiB received and verified ${download.toFixed(1)} ms`,
  );
}

interface Step {
  readonly id: string;
  readonly trail: string;
  readonly rev: number;
  readonly status: unknown;
}

const steps = table<Step>(
  "steps",
  { id: "text", trail: "text", rev: "integer", status: "json" },
  { key: ["id"], indexes: [["trail", "rev"]] },
);
const newest = { where: [["trail", "="]], order: [["rev", "desc"]] } as const satisfies Query<Step>;
const TRAILS = 1_000;

const step = (at: number): Step => {
  const trail = `trail-${at % TRAILS}`;
  return {
    id: `${trail}-${Math.floor(at / TRAILS)}`,
    trail,
    rev: Math.floor(at / TRAILS),
    status: { progress: 100, status: "DONE" },
  };
};

async function rows(name: string, store: Store, count: number, batch: number): Promise<void> {
  const before = await heap();
  const begun = performance.now();
  for (let at = 0; at < count; at += batch)
    await store.commit(Array.from({ length: batch }, (_, more) => insert(steps, step(at + more))));
  const inserted = performance.now() - begun;
  const first = await timed(1, () => store.find(steps, newest).first(["trail-7"]));
  const bytes = ((await heap()) - before) / count;
  const some = Math.min(count, 20_000);
  const single = await timed(Math.min(some, 5_000), (at) => store.commit([insert(steps, step(count + at))]));
  const get = await timed(some, (at) => store.get(steps, step(at).id));
  const change = await timed(Math.min(some, 5_000), async (at) => {
    const old = await store.get(steps, step(at).id);
    if (old !== undefined) await store.commit([replace(steps, old, { ...old, status: { progress: at } })]);
  });
  const latest = await timed(some, (at) => store.find(steps, newest).first([`trail-${at % TRAILS}`]));
  line(
    name.padEnd(10),
    `${count} rows in batches of ${batch}: ${Math.round((count / inserted) * 1_000)} rows/s`,
    `insert ${us(single)}`,
    `get ${us(get)}`,
    `get + replace ${us(change)}`,
    `newest of a trail ${us(latest)} (the first time ${us(first)})`,
    name === "memory" ? `${bytes.toFixed(0)} B per row` : "",
  );
}

console.log("Storages");
await memoryPerDevice(20_000);
await fileOperations("memory", new MemoryStorage({ now }), 100_000);
const directory = await openDirectoryStorage(join(folder, "device"));
await fileOperations("directory", directory, 2_000);
await directory.close();

console.log("Stores");
for (const [url, count, batch] of [
  ["memory:", 100_000, 1],
  [`sqlite:${folder}/small.db`, 20_000, 1],
  [`sqlite:${folder}/large.db`, 1_000_000, 1_000],
] as const) {
  const stores = await openStores(url);
  await rows(url.slice(0, url.indexOf(":")), await stores.open("bench", [steps]), count, batch);
  await stores.close();
}
const postgres = needs("postgresql");
if (!postgres.skip) {
  await using server = await PostgresServer.start(postgres.folder);
  const stores = await openStores(server.url());
  await rows("postgres", await stores.open("bench", [steps]), 20_000, 100);
  await stores.close();
}
rmSync(folder, { recursive: true });
