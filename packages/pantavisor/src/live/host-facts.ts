import { readFileSync, statfsSync } from "node:fs";
import {
  arch,
  endianness,
  freemem,
  hostname,
  loadavg,
  machine,
  networkInterfaces,
  release,
  totalmem,
  type,
  uptime,
  version,
} from "node:os";
import { DEFAULT_PROFILE, type FactsSource } from "../device/profile.ts";
import type { DeviceFacts, StorageGauge, SystemGauge } from "../wire/device-metadata.ts";

const MODEL_FILE = "/proc/device-tree/model";
/** Interfaces that say nothing of a board: those of the machine itself, of containers and of tunnels. */
const LEFT_OUT = /^(lo|docker0|br-.*|veth.*|tailscale.*)$/;
const SIXTY_FOUR_BITS: ReadonlySet<string> = new Set([
  "x64",
  "arm64",
  "riscv64",
  "ppc64",
  "s390x",
  "loong64",
  "mips64el",
]);
/** Loads are told as fixed-point numbers. */
const LOAD_UNIT = 65_536;
const KIB = 1024;

/** Facts and gauges of this machine, for a device that plays on it; `folder` is where it keeps its storage. */
export const hostFacts = (folder: string): FactsSource => ({
  facts: factsOfHost,
  storage: () => storageOf(folder),
  system: systemOfHost,
});

function factsOfHost(): DeviceFacts {
  return {
    arch: `${machine()}/${SIXTY_FOUR_BITS.has(arch()) ? 64 : 32}/${endianness() === "LE" ? "EL" : "EB"}`,
    model: textOf(MODEL_FILE)?.replace(/[\0\n]+$/, "") || DEFAULT_PROFILE.model,
    version: DEFAULT_PROFILE.version,
    kernelName: type(),
    kernelRelease: release(),
    kernelVersion: version(),
    machine: machine(),
    nodeName: hostname(),
    interfaces: addressesOf(networkInterfaces()),
  };
}

/** `<if>.ipv4` and `<if>.ipv6` with their addresses; link-local ones carry the interface. */
export function addressesOf(found: ReturnType<typeof networkInterfaces>): Readonly<Record<string, readonly string[]>> {
  const interfaces: Record<string, string[]> = {};
  for (const [name, addresses = []] of Object.entries(found)) {
    if (LEFT_OUT.test(name)) continue;
    for (const { family, address } of addresses) {
      const shown = family === "IPv6" && address.startsWith("fe80:") ? `${address}%${name}` : address;
      const key = `${name}.${family.toLowerCase()}`;
      interfaces[key] = [...(interfaces[key] ?? []), shown];
    }
  }
  return interfaces;
}

function storageOf(folder: string): StorageGauge {
  const { bsize, bfree, bavail, blocks } = statfsSync(folder);
  return { free: bfree * bsize, real_free: bavail * bsize, reserved: (bfree - bavail) * bsize, total: blocks * bsize };
}

function systemOfHost(): SystemGauge {
  const memory = textOf("/proc/meminfo") ?? "";
  const bytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(memory)?.[1] ?? 0) * KIB;
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    bufferram: bytes("Buffers"),
    freehigh: 0,
    freeram: bytes("MemFree") || freemem(),
    freeswap: bytes("SwapFree"),
    "loads.0": Math.floor(one * LOAD_UNIT),
    "loads.1": Math.floor(five * LOAD_UNIT),
    "loads.2": Math.floor(fifteen * LOAD_UNIT),
    mem_unit: 1,
    procs: Number(/\/(\d+) /.exec(textOf("/proc/loadavg") ?? "")?.[1] ?? 0),
    sharedram: bytes("Shmem"),
    totalhigh: 0,
    totalram: totalmem(),
    totalswap: bytes("SwapTotal"),
    uptime: Math.floor(uptime()),
  };
}

/** A small file of the kernel's; `undefined` where this machine has none. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
