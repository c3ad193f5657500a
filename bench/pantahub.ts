import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PantahubServer, type PantahubUser, startPantahub } from "@understudy/pantavisor";

// Pantahub on sockets with SQLite on disk. To reach: start < 100 ms; 8,000 requests/s of the check-in mix from `wrk` on the same cores; 1 GB of an
// object up and down at 300 MB/s in constant memory (by curl; the disk's own speed is a bound); a device's newest step in ≤ 1 ms.
// BENCH_STEPS (default 20,000) and BENCH_OBJECT_MIB (default 1024) change the sizes.
const STEPS = Number(process.env.BENCH_STEPS ?? 20_000);
const OBJECT_MIB = Number(process.env.BENCH_OBJECT_MIB ?? 1024);
const SPEC = { "#spec": "pantavisor-service-system@1" };
const MIB = 1024 ** 2;
const LOAD_TOOL = "wrk";

const LUA = `
local n = 0
local filter = "?progress.status=%7B%22$in%22:%5B%22NEW%22,%22DOWNLOADING%22,%22INPROGRESS%22,%22TESTING%22,%22QUEUED%22%5D%7D"
request = function()
  local d = devices[(math.floor(n / 3) % #devices) + 1]
  local k = n % 3
  n = n + 1
  local h = { ["Authorization"] = "Bearer " .. d.token, ["User-Agent"] = "bench" }
  if k == 0 then return wrk.format("GET", "/trails/" .. d.id .. "/steps" .. filter, h) end
  if k == 1 then return wrk.format("GET", "/devices/" .. d.id .. "/user-meta", h) end
  h["Content-Type"] = "application/json"
  return wrk.format("PATCH", "/devices/" .. d.id .. "/device-meta", h, '{"sysinfo.uptime":' .. n .. ',"pantavisor.status":"READY"}')
end
`;

const folder = mkdtempSync(join(tmpdir(), "bench-pantahub-"));
try {
  await benchStart();
  await using server = await startPantahub({ data: join(folder, "data") });
  await benchCheckIns(server);
  await benchObject(server);
  await benchSteps(server);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function benchStart(): Promise<void> {
  for (const what of ["first start (loads modules)", "next start"]) {
    const start = performance.now();
    await using server = await startPantahub();
    console.log(`${what}: ${(performance.now() - start).toFixed(0)} ms, ${server.url}`);
  }
}

interface Device {
  readonly id: string;
  readonly token: string;
}

async function aDevice(server: PantahubServer, user: PantahubUser): Promise<Device> {
  const { id, prn, secret = "" } = await user.createDevice();
  const token = await server.client.login(prn, secret);
  await server.client.exchange("POST", "/trails/", { token, value: SPEC });
  return { id, token };
}

/** The three requests of an idle device, tokens kept, from a load tool that is not ours. */
async function benchCheckIns(server: PantahubServer): Promise<void> {
  if (spawnSync(LOAD_TOOL, ["-v"]).error !== undefined) {
    console.log("check-in mix: skipped, wrk is not installed");
    return;
  }
  const user = server.user();
  const devices: Device[] = [];
  for (let n = 0; n < 50; n++) devices.push(await aDevice(server, user));
  const script = join(folder, "mix.lua");
  const rows = devices.map(({ id, token }) => `{id="${id}",token="${token}"}`);
  writeFileSync(script, `devices = {${rows.join(",")}}\n${LUA}`);
  for (const seconds of [3, 10]) {
    const { stdout } = await promisify(execFile)(LOAD_TOOL, ["-t1", "-c16", `-d${seconds}s`, "-s", script, server.url]);
    const rate = /Requests\/sec: *([\d.]+)/.exec(stdout)?.[1];
    const errors = /Non-2xx or 3xx responses: *(\d+)/.exec(stdout)?.[1] ?? "0";
    console.log(`check-in mix, ${seconds} s: ${rate} requests/s, ${errors} errors`);
  }
}

/** One large object up and down, by curl. */
async function benchObject(server: PantahubServer): Promise<void> {
  const file = join(folder, "object");
  const made = spawnSync("bash", ["-c", `head -c ${OBJECT_MIB * MIB} /dev/urandom >"${file}" && sha256sum "${file}"`]);
  const sha256sum = made.stdout.toString().slice(0, 64);
  const size = String(OBJECT_MIB * MIB);
  const object = (await server.user().ask("POST", "/objects/", { sha256sum, size })) as Readonly<
    Record<string, string>
  >; // Pantahub's word.
  const before = process.memoryUsage().rss;
  for (const [what, args] of [
    ["up", ["-T", file, object["signed-puturl"] ?? ""]],
    ["down", [object["signed-geturl"] ?? ""]],
  ] as const) {
    const timing = ["-sS", "--fail-with-body", "-o", "/dev/null", "-w", "%{time_total}", ...args];
    const { stdout } = await promisify(execFile)("curl", timing);
    const grown = (process.memoryUsage().rss - before) / MIB;
    console.log(
      `${OBJECT_MIB} MiB ${what}: ${(OBJECT_MIB / Number(stdout)).toFixed(0)} MiB/s, memory grown by ${grown.toFixed(0)} MiB`,
    );
  }
}

/** The newest of a device's many steps, over a socket. */
async function benchSteps(server: PantahubServer): Promise<void> {
  const user = server.user();
  const devices = [await aDevice(server, user), await aDevice(server, user)];
  const start = performance.now();
  for (let rev = 1; rev <= STEPS; rev++) {
    const { id } = devices[rev % devices.length] ?? { id: "" };
    await user.publish(id, { state: { ...SPEC, "n.json": rev % 100 }, objects: [] });
  }
  console.log(`${STEPS} steps posted: ${(STEPS / ((performance.now() - start) / 1000)).toFixed(0)}/s`);
  const rounds = 500;
  const [device] = devices;
  for (const [what, path] of [
    ["newest step", `/trails/${device?.id}/steps/${Math.floor(STEPS / devices.length)}`],
    ["a device's poll", `/trails/${device?.id}/steps`],
  ] as const) {
    const begin = performance.now();
    for (let n = 0; n < rounds; n++) await server.client.exchange("GET", path, { token: device?.token ?? "" });
    console.log(`${what} of ${STEPS}, over a socket: ${((performance.now() - begin) / rounds).toFixed(2)} ms`);
  }
}
