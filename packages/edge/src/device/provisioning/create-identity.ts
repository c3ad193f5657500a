import type { DeviceSpec, World } from "@understudy/kernel";
import type { Identity } from "../identity.ts";
import { optionsOf } from "../options.ts";

/** Who a device is from its first start on: its uuid (a given one, else random) and a key of its own. */
export function createIdentity(spec: DeviceSpec, world: World): Identity {
  const given = optionsOf(spec).uuid ?? spec.cloud?.enrolment["uuid"];
  const chance = world.random.stream("identity");
  const own = uuidOf(chance.bytes(16));
  return {
    uuid: typeof given === "string" ? given : own,
    deviceApiKey: Buffer.from(chance.bytes(32)).toString("hex"),
    deviceName: optionsOf(spec).deviceName ?? spec.id,
    provisioning: { state: "new" },
  };
}

/** A version 4 uuid of 16 random bytes. */
function uuidOf(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
