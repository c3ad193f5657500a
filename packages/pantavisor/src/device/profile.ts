import type { Instant } from "@understudy/kernel";
import type { DeviceFacts, StorageGauge, SystemGauge } from "../wire/device-metadata.ts";

/** What kind of board a simulated device is. Shared by all devices of a kind. */
export interface Profile {
  readonly arch: string;
  readonly model: string;
  readonly version: string;
  readonly kernelName: string;
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly machine: string;
  readonly memoryBytes: number;
  readonly storageBytes: number;
}

export const DEFAULT_PROFILE: Profile = Object.freeze({
  arch: "aarch64/64/EL",
  model: "Mock Device Model",
  version: "019-302-g091a41d-240731",
  kernelName: "Linux",
  kernelRelease: "6.6.31",
  kernelVersion: "#1 SMP PREEMPT",
  machine: "aarch64",
  memoryBytes: 1024 * 1024 * 1024,
  storageBytes: 8 * 1024 * 1024 * 1024,
});

/** Where a device's facts and gauges come from: its profile when simulated, the host when it plays on one. */
export interface FactsSource {
  facts(): DeviceFacts;
  /** `used` is what the device's own storage holds. */
  storage(used: number): StorageGauge;
  system(now: Instant, bootedAt: Instant): SystemGauge;
}

/** Share of the disk that is kept in reserve, as the storage gauge shows it. */
const RESERVED = 0.05;

/** Facts of a simulated device: those of its profile, with a name and an address of its own. `load` (0 … 1) says how busy it is. */
export function simulatedFacts(profile: Profile, id: string, index: number, load: () => number): FactsSource {
  return {
    facts: () => ({
      arch: profile.arch,
      model: profile.model,
      version: profile.version,
      kernelName: profile.kernelName,
      kernelRelease: profile.kernelRelease,
      kernelVersion: profile.kernelVersion,
      machine: profile.machine,
      nodeName: id,
      interfaces: { "eth0.ipv4": [addressOf(index)] },
    }),
    storage: (used) => {
      const free = Math.max(0, profile.storageBytes - used);
      const reserved = Math.min(free, Math.floor(profile.storageBytes * RESERVED));
      return { free, real_free: free - reserved, reserved, total: profile.storageBytes };
    },
    system: (now, bootedAt) => systemOf(profile, Math.floor((now - bootedAt) / 1_000), load()),
  };
}

/** An address of 10.0.0.0/8, one for each place in a fleet. */
function addressOf(index: number): string {
  const n = (index % 16_000_000) + 2;
  return `10.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
}

function systemOf(profile: Profile, uptime: number, load: number): SystemGauge {
  const scaled = Math.floor(load * 65_536);
  const used = Math.floor(profile.memoryBytes * (0.2 + 0.4 * load));
  return {
    bufferram: Math.floor(profile.memoryBytes / 64),
    freehigh: 0,
    freeram: profile.memoryBytes - used,
    freeswap: 0,
    "loads.0": scaled,
    "loads.1": Math.floor(scaled * 0.8),
    "loads.2": Math.floor(scaled * 0.6),
    mem_unit: 1,
    procs: 80 + Math.floor(load * 40),
    sharedram: 0,
    totalhigh: 0,
    totalram: profile.memoryBytes,
    totalswap: 0,
    uptime,
  };
}
