import type { RandomStream, Store, World } from "@understudy/kernel";
import type { BrokerConfig } from "../wire/cloud/broker-config.ts";
import type { Fleet } from "./fleet/fleet.ts";
import type { Lane } from "./lane.ts";
import type { Broker } from "./mqtt/broker.ts";
import type { EdgeCloudSettings } from "./options.ts";

/** Everything an endpoint of the edge cloud works with. */
export interface CloudParts {
  readonly world: World;
  readonly store: Store;
  readonly settings: EdgeCloudSettings;
  readonly fleet: Fleet;
  readonly broker: Broker;
  /** What devices are told of the broker; `undefined` while it is not served. */
  readonly brokerConfig: () => BrokerConfig | undefined;
  /** Registrations, which all count on the same key. */
  readonly registrations: Lane;
  /** Ids, keys and passwords are drawn here. */
  readonly chance: RandomStream;
}

/** A version 4 uuid. */
export function newUuid(chance: RandomStream): string {
  return uuidFrom(Buffer.from(chance.bytes(16)));
}

/** A version 4 uuid of these 16 bytes. */
export function uuidFrom(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
