import type { Store } from "@understudy/kernel";
import type { CallerRole } from "../../wire/pantahub/claims.ts";
import { builtInPrn } from "../../wire/pantahub/prn.ts";
import type { BuiltInAccount } from "../options.ts";
import { type AccountRow, accountTable } from "../tables/account-rows.ts";
import type { Finders } from "../tables/finders.ts";
import { isPassword, sameSecret } from "./passwords.ts";

/** An account, wherever it is kept. */
export interface Account {
  readonly prn: string;
  readonly nick: string;
  readonly email: string;
  readonly type: "USER" | "SESSION" | "SERVICE" | "CLIENT";
  readonly role: CallerRole;
  readonly created: number;
  readonly modified: number;
}

/** The accounts of a server: those of its configuration, and those that registered themselves. */
export class Accounts {
  readonly #store: Store;
  readonly #find: Finders;
  readonly #builtIn = new Map<string, { readonly account: Account; readonly password: string }>();

  constructor(store: Store, find: Finders, builtIn: readonly BuiltInAccount[]) {
    this.#store = store;
    this.#find = find;
    for (const given of builtIn) {
      const entry = { account: accountOf(given), password: given.password };
      for (const name of [given.nick, given.email, entry.account.prn])
        if (name !== undefined) this.#builtIn.set(name, entry);
    }
  }

  /** By nick, mail address or PRN. */
  async named(name: string): Promise<Account | undefined> {
    const builtIn = this.#builtIn.get(name);
    if (builtIn !== undefined) return builtIn.account;
    const row = await this.#row(name);
    return row && fromRow(row);
  }

  /** The account of that name if this is its password; sessions have none. */
  async login(name: string, password: string): Promise<Account | undefined> {
    const builtIn = this.#builtIn.get(name);
    if (builtIn !== undefined) return sameSecret(password, builtIn.password) ? builtIn.account : undefined;
    const row = await this.#row(name);
    return row !== undefined && isPassword(password, row.password) ? fromRow(row) : undefined;
  }

  /** The nick that is shown for an owner; empty for nobody. */
  async nickOf(prn: string): Promise<string> {
    return prn === "" ? "" : ((await this.named(prn))?.nick ?? "");
  }

  async #row(name: string): Promise<AccountRow | undefined> {
    if (name === "") return undefined;
    if (name.startsWith("prn:")) return this.#store.get(accountTable, name);
    return this.#find.accountByNick.first([name]).then((row) => row ?? this.#find.accountByEmail.first([name]));
  }
}

function accountOf(given: BuiltInAccount): Account {
  const { nick, role = "user", email = "" } = given;
  const type = role === "service" ? "SERVICE" : role === "client" ? "CLIENT" : "USER";
  return { prn: builtInPrn(nick), nick, email, type, role, created: 0, modified: 0 };
}

function fromRow(row: AccountRow): Account {
  const { prn, nick, email, type, created, modified } = row;
  return { prn, nick, email: email ?? "", type, role: type === "SESSION" ? "session" : "user", created, modified };
}
