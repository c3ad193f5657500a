import { createHash } from "node:crypto";
import { isId } from "../../wire/pantahub/object-id.ts";
import type { Hub } from "../hub.ts";
import { type ApiTokenRow, apiTokenTable } from "../tables/account-rows.ts";
import { sameSecret } from "./passwords.ts";

/** The token with that secret, unless it was deleted or has run out. */
export async function apiTokenOf(hub: Hub, secret: string): Promise<ApiTokenRow | undefined> {
  const [id = ""] = Buffer.from(secret, "base64url").toString("latin1").split(":");
  const row = isId(id) ? await hub.store.get(apiTokenTable, id) : undefined;
  if (row === undefined || row.deleted || !sameSecret(row.hash, hashOf(secret))) return undefined;
  return row.expires === 0 || hub.world.clock.now() < row.expires ? row : undefined;
}

/** What is kept of a secret. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
