import type { JsonObject } from "@understudy/kernel";
import { type Static, Type } from "typebox";

/** An account that the server has from its configuration. */
export const BuiltInAccount = Type.Object(
  {
    nick: Type.String({ pattern: "^[a-zA-Z0-9_\\-+%]+$", maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
    role: Type.Optional(
      Type.Union([Type.Literal("user"), Type.Literal("admin"), Type.Literal("service"), Type.Literal("client")]),
    ),
    email: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
);
export type BuiltInAccount = Static<typeof BuiltInAccount>;

/** What the lab file says of a Pantahub; every member has a default. */
export const PantahubOptions = Type.Object(
  {
    accounts: Type.Optional(
      Type.Array(BuiltInAccount, {
        description:
          "Accounts there from the start. Default: those of a development server, each with its nick as password.",
      }),
    ),
    owner: Type.Optional(
      Type.String({ description: "Nick of the account that gets the lab's devices. Default: user1." }),
    ),
    tokenMinutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 525_600, description: "Life of a login token. Default: 60." }),
    ),
    refreshMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 5_256_000,
        description: "How long after login it can be refreshed. Default: 1440.",
      }),
    ),
    quotaMib: Type.Optional(Type.Integer({ minimum: 0, description: "Object bytes per owner. Default: 2048." })),
    logLines: Type.Optional(
      Type.Integer({
        minimum: 1_000,
        description: "Log lines kept of all devices together; the oldest go. Default: 200,000.",
      }),
    ),
    publicUrl: Type.Optional(
      Type.String({
        pattern: "^https?://[^/?#]+$",
        description: "Base of the URLs in answers. Default: from the listener and the request's Host.",
      }),
    ),
    rootOfTrust: Type.Optional(
      Type.String({
        description: "PEM certificates that device certificates must chain to, for ownership validation.",
      }),
    ),
    healthSecret: Type.Optional(Type.String({ description: "Password of `saadmin` for /healthz/. Default: open." })),
  },
  { additionalProperties: false },
);
export type PantahubOptions = Static<typeof PantahubOptions>;

/** The options with defaults filled in. */
export interface PantahubSettings {
  readonly accounts: readonly BuiltInAccount[];
  readonly owner: string;
  readonly tokenSeconds: number;
  readonly refreshSeconds: number;
  readonly quotaBytes: number;
  readonly logLines: number;
  readonly publicUrl: string | undefined;
  readonly rootOfTrust: string | undefined;
  readonly healthSecret: string | undefined;
}

const account = (nick: string, role: BuiltInAccount["role"] = "user"): BuiltInAccount => ({
  nick,
  password: nick,
  role,
});

/** The accounts of a development server; each password is the nick. */
export const DEFAULT_ACCOUNTS: readonly BuiltInAccount[] = [
  account("admin", "admin"),
  account("user1"),
  account("user2"),
  account("user3"),
  account("examples"),
  account("service1", "service"),
  account("service2", "service"),
  account("service3", "service"),
  account("client1", "client"),
];

/** Fills in the defaults. The options have passed {@link PantahubOptions}. */
export function settingsOf(given: JsonObject): PantahubSettings {
  const options = given as PantahubOptions; // Checked by whoever read the lab file.
  return {
    accounts: options.accounts ?? DEFAULT_ACCOUNTS,
    owner: options.owner ?? "user1",
    tokenSeconds: (options.tokenMinutes ?? 60) * 60,
    refreshSeconds: (options.refreshMinutes ?? 1440) * 60,
    quotaBytes: (options.quotaMib ?? 2048) * 1024 ** 2,
    logLines: options.logLines ?? 200_000,
    publicUrl: options.publicUrl,
    rootOfTrust: options.rootOfTrust,
    healthSecret: options.healthSecret,
  };
}
