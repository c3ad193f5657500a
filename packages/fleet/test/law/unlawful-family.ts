import { readFile } from "node:fs/promises";
import type { Device, DeviceSpec } from "@understudy/kernel";
import { family as lamp } from "../../../../examples/lamp-family/lamp.ts";

/** A lamp that looks at the machine's clock and disk: what no stand-in may do. */
export const family = {
  ...lamp,
  createDevice(spec: DeviceSpec): Device {
    const device = lamp.createDevice(spec);
    const boot = device.boot.bind(device);
    device.boot = async (world) => {
      await readFile(new URL(import.meta.url));
      Date.now();
      await boot(world);
    };
    return device;
  },
};
