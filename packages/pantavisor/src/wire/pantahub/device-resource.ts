import type { JsonObject } from "@understudy/kernel";

/** A device as Pantahub shows it. */
export interface DeviceResource {
  readonly id: string;
  readonly prn: string;
  readonly nick: string;
  /** Empty while nobody has claimed the device. */
  readonly owner: string;
  readonly "owner-nick"?: string;
  readonly secret?: string;
  readonly "time-created": string;
  readonly "time-modified": string;
  readonly challenge?: string;
  readonly public: boolean;
  readonly "user-meta": JsonObject;
  readonly "device-meta": JsonObject;
  readonly garbage: boolean;
  readonly mark_public_processed: boolean;
}

/**
 * Puts the members in the order the C client depends on: it takes the first `owner`, `secret` … of the text, so the two maps,
 * which may hold anything, come last. Empty `owner-nick`, `secret` and `challenge` are left out.
 */
export function deviceResource(device: DeviceResource): DeviceResource {
  return {
    id: device.id,
    prn: device.prn,
    nick: device.nick,
    owner: device.owner,
    ...(device["owner-nick"] && { "owner-nick": device["owner-nick"] }),
    ...(device.secret && { secret: device.secret }),
    "time-created": device["time-created"],
    "time-modified": device["time-modified"],
    ...(device.challenge && { challenge: device.challenge }),
    public: device.public,
    "user-meta": device["user-meta"],
    "device-meta": device["device-meta"],
    garbage: device.garbage,
    mark_public_processed: device.mark_public_processed,
  };
}

/** A nick may have ASCII letters, digits and `_ - + %`. */
export const isDeviceNick = (text: string): boolean =>
  /^[a-zA-Z0-9_\-+%]+$/.test(text) && text.length <= MAX_NICK_LENGTH;

/** Ours: the reference server sets no bound. */
export const MAX_NICK_LENGTH = 128;

/** Prefix of the nick of a device that registered itself and that nobody has claimed. */
export const UNREGISTERED_PREFIX = "__unregistered__";

/** Request header with the join token of a device that registers itself. */
export const JOIN_TOKEN_HEADER = "Pantahub-Devices-Auto-Token-V1";
