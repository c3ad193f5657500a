import { type JsonObject, table } from "@understudy/kernel";

/** A device. Times are milliseconds since 1970. */
export interface DeviceRow {
  readonly id: string;
  readonly nick: string;
  /** PRN; empty while nobody has claimed the device. */
  readonly owner: string;
  readonly secret: string;
  /** Empty once claimed. */
  readonly challenge: string;
  readonly public: boolean;
  readonly userMeta: JsonObject;
  readonly created: number;
  readonly modified: number;
  /** The lab's id of this device, where the lab made it or the device has told. */
  readonly lab: string | null;
}

export const deviceTable = table<DeviceRow>(
  "devices",
  {
    id: "text",
    nick: "text",
    owner: "text",
    secret: "text",
    challenge: "text",
    public: "boolean",
    userMeta: "json",
    created: "integer",
    modified: "integer",
    lab: "text?",
  },
  { key: ["id"], unique: [["owner", "nick"]], indexes: [["lab"]] },
);

/**
 * What a device says of itself. A row of its own, because it changes with nearly every poll while the device's row hardly
 * ever does. It is there as long as the device's row is.
 */
export interface DeviceReportRow {
  readonly device: string;
  readonly meta: JsonObject;
  readonly modified: number;
  /** Remote address the report came from; empty before the first. */
  readonly remote: string;
}

export const deviceReportTable = table<DeviceReportRow>(
  "device_reports",
  { device: "text", meta: "json", modified: "integer", remote: "text" },
  { key: ["device"] },
);

/** A join token. The token itself is not kept, only its SHA-256. */
export interface JoinTokenRow {
  readonly id: string;
  readonly nick: string;
  readonly owner: string;
  readonly hash: string;
  readonly defaultUserMeta: JsonObject | null;
  readonly disabled: boolean;
  readonly created: number;
  readonly modified: number;
  /** The lab's id of the one device that this token was made for. */
  readonly lab: string | null;
}

export const joinTokenTable = table<JoinTokenRow>(
  "join_tokens",
  {
    id: "text",
    nick: "text",
    owner: "text",
    hash: "text",
    defaultUserMeta: "json?",
    disabled: "boolean",
    created: "integer",
    modified: "integer",
    lab: "text?",
  },
  { key: ["id"], unique: [["hash"]], indexes: [["owner"]] },
);
