import { table } from "@understudy/kernel";

/** An account that registered itself. Built-in accounts come from the options and have no row. */
export interface AccountRow {
  readonly prn: string;
  readonly nick: string;
  /** Null for sessions, which have neither mail nor password. */
  readonly email: string | null;
  readonly type: "USER" | "SESSION";
  /** `<salt>:<scrypt>` in hex; empty for sessions. */
  readonly password: string;
  readonly created: number;
  readonly modified: number;
}

export const accountTable = table<AccountRow>(
  "accounts",
  {
    prn: "text",
    nick: "text",
    email: "text?",
    type: "text",
    password: "text",
    created: "integer",
    modified: "integer",
  },
  { key: ["prn"], unique: [["nick"], ["email"]] },
);

/** A name and a secret with which a program of a user logs in. Of the secret a SHA-256 is kept: it is random and long. */
export interface ApiTokenRow {
  readonly id: string;
  readonly name: string;
  readonly type: "SESSION" | "USER";
  /** PRN. */
  readonly owner: string;
  readonly hash: string;
  /** A `scopes` claim. */
  readonly scopes: string;
  readonly deleted: boolean;
  /** Zero: never. */
  readonly expires: number;
  readonly created: number;
  readonly modified: number;
}

export const apiTokenTable = table<ApiTokenRow>(
  "api_tokens",
  {
    id: "text",
    name: "text",
    type: "text",
    owner: "text",
    hash: "text",
    scopes: "text",
    deleted: "boolean",
    expires: "integer",
    created: "integer",
    modified: "integer",
  },
  { key: ["id"], indexes: [["owner"]] },
);

/** One value that the server keeps for itself, such as the secret its tokens are signed with. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}

export const settingTable = table<SettingRow>("settings", { name: "text", value: "text" }, { key: ["name"] });
