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

/** One value that the server keeps for itself, such as the secret its tokens are signed with. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}

export const settingTable = table<SettingRow>("settings", { name: "text", value: "text" }, { key: ["name"] });
