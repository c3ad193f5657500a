import { insert, type Random, type Store, StoreError } from "@understudy/kernel";
import { hmac, type SigningKey, signingKey } from "../wire/pantahub/hs256.ts";
import { settingTable } from "./tables/account-rows.ts";

/** A key for each purpose, so that no token of one kind passes for another. */
export interface Keys {
  readonly access: SigningKey;
  readonly objects: SigningKey;
  readonly cursors: SigningKey;
  /** Join tokens of lab devices are derived with it, so that enrolling twice gives the same one. */
  readonly enrolment: SigningKey;
  /** Authorisation codes. */
  readonly codes: SigningKey;
}

const SECRET_BYTES = 32;

/** The keys of this server: derived from a secret that is drawn once and kept in the tables. */
export async function loadKeys(store: Store, random: Random): Promise<Keys> {
  const secret = signingKey(Buffer.from(await loadSecret(store, random), "hex"));
  const derived = (purpose: string): SigningKey => signingKey(hmac(secret, purpose));
  return {
    access: derived("access"),
    objects: derived("objects"),
    cursors: derived("cursors"),
    enrolment: derived("enrolment"),
    codes: derived("codes"),
  };
}

async function loadSecret(store: Store, random: Random): Promise<string> {
  const kept = await store.get(settingTable, "secret");
  if (kept !== undefined) return kept.value;
  const value = Buffer.from(random.stream("pantahub/secret").bytes(SECRET_BYTES)).toString("hex");
  try {
    await store.commit([insert(settingTable, { name: "secret", value })]);
    return value;
  } catch (error) {
    // Another server on the same database was faster: its secret counts.
    if (error instanceof StoreError && error.code === "exists") return loadSecret(store, random);
    throw error;
  }
}
