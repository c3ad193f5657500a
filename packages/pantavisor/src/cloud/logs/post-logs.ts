import { type HttpReply, insert, jsonReply } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { parseLogBatch } from "../../wire/pantahub/log-entry.ts";
import { readJsonBody } from "../http/body.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import { type Hub, newId } from "../hub.ts";
import { type LogRow, logTable } from "../tables/log-rows.ts";

const OK: HttpReply = jsonReply(Object.freeze({ status: "ok" }));

/** `POST /logs/`: a device's lines, all or none. */
export async function postLogs(hub: Hub, call: Call, caller: Caller): Promise<HttpReply> {
  if (caller.device === "") throw new Refusal(403, "Only devices send logs");
  const entries = parseLogBatch(await readJsonBody(call.request));
  if (entries.length === 0) return OK;
  const created = hub.world.clock.now();
  const rows = entries.map(
    (entry): LogRow => ({ serial: 0, id: newId(hub), dev: caller.prn, own: caller.owner, created, ...entry }),
  );
  await hub.store.commit(rows.map((row) => insert(logTable, row))); // The store gives `serial`.
  await hub.logBound.added(rows.length);
  return OK;
}
