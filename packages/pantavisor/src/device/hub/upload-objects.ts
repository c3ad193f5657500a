import { blobBody, type JsonObject, json } from "@understudy/kernel";
import { isRecord, textAt, type UnknownRecord } from "../../wire/fields.ts";
import { isSha256 } from "../../wire/revision-name.ts";
import type { Core } from "../core.ts";
import { objectFile } from "../layout.ts";
import { ask, jsonOf } from "./exchange.ts";
import { signedDestination } from "./signed-url.ts";
import { refusal, successful, unreadable } from "./trouble.ts";

/** The hub has it already. */
const KNOWN = 409;

/** Gives the hub the objects of a state that it does not have yet. Objects that the device lacks are left out. */
export async function uploadObjects(core: Core, state: UnknownRecord): Promise<void> {
  for (const [name, sha256] of Object.entries(state)) {
    if (typeof sha256 === "string" && isSha256(sha256)) await uploadObject(core, name, sha256);
  }
}

async function uploadObject(core: Core, name: string, sha256: string): Promise<void> {
  const blob = await core.world.storage.blob(objectFile(sha256));
  if (blob?.sha256 !== sha256) {
    core.say(`Object ${sha256} (${name}) is not here and cannot be given to the hub.`);
    return;
  }
  const record: JsonObject = { objectname: name, size: String(blob.size), sha256sum: sha256 };
  const reply = await ask(core, "POST", "/objects/", json(record));
  if (reply.status === KNOWN) return;
  const answer = await jsonOf(successful(reply, `object ${sha256}`));
  const url = isRecord(answer) ? textAt(answer, "signed-puturl") : undefined;
  if (url === undefined) throw unreadable(`object ${sha256}`, "it has no signed-puturl");
  const { address, target, options } = signedDestination(core, url);
  const put = await core.world.network.request(
    address,
    { method: "PUT", target, version: "1.1", headers: [], body: blobBody(blob) },
    options,
  );
  if (put.status !== 200) throw refusal(put, `the upload of object ${sha256}`);
}
