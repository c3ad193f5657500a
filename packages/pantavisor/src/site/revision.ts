import {
  type Blob,
  blobBody,
  type JsonObject,
  type JsonValue,
  parseJsonText,
  type Storage,
  UsageError,
} from "@understudy/kernel";
import { isInlineKey, STATE_SPECS } from "../wire/pantahub/state-rules.ts";
import { type JsonAnswer, type PantahubClient, PantahubError, textOf } from "./pantahub-client.ts";

/** A revision to be published: a state, and the content it names. */
export interface Revision {
  readonly state: JsonObject;
  /** Content by the state's keys; what Pantahub has already may be left out. */
  readonly objects: readonly { readonly name: string; readonly blob: Blob }[];
  readonly message?: string;
}

const ALREADY_THERE = 409;

/** Announces each object and sends those that Pantahub has not. */
export async function uploadObjects(
  client: PantahubClient,
  revision: Revision,
  announce: (sha: string, value: JsonObject) => Promise<JsonAnswer>,
): Promise<void> {
  for (const { name, blob } of revision.objects) {
    const { status, value } = await announce(blob.sha256, { objectname: name, size: String(blob.size) });
    if (status === ALREADY_THERE) continue;
    const target = textOf(value, "signed-puturl");
    const reply = await client.reply("PUT", target, { body: blobBody(blob) });
    if (reply.status !== 200) throw new PantahubError(reply.status, "PUT", target, null);
  }
}

/**
 * A folder as a revision: each file below it is an entry of the state, `.json` files as inline values, all others as objects.
 * Without a `#spec` file the state has the usual one. Names that begin with a dot are left out.
 */
export async function revisionFromFolder(folder: Storage, message?: string): Promise<Revision> {
  const state: Record<string, JsonValue> = { "#spec": STATE_SPECS[0] ?? "" };
  const objects: { name: string; blob: Blob }[] = [];
  for (const name of await filesBelow(folder, "")) {
    if (isInlineKey(name)) state[name] = await inlineValue(folder, name);
    else {
      const blob = await folder.blob(name);
      if (blob === undefined) continue;
      state[name] = blob.sha256;
      objects.push({ name, blob });
    }
  }
  return { state, objects, ...(message !== undefined && { message }) };
}

async function filesBelow(folder: Storage, path: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await folder.list(path)) {
    if (name.startsWith(".")) continue;
    const whole = path === "" ? name : `${path}/${name}`;
    if ((await folder.stat(whole)) === undefined) found.push(...(await filesBelow(folder, whole)));
    else found.push(whole);
  }
  return found;
}

async function inlineValue(folder: Storage, name: string): Promise<JsonValue> {
  const text = (await folder.readText(name)) ?? "";
  if (name === "#spec") return text.trim();
  try {
    return parseJsonText(text) as JsonValue; // JSON is what it gives.
  } catch (cause) {
    throw new UsageError(
      "bad-state-file",
      `${name} is not JSON; every .json file of a revision is an inline value.`,
      { name },
      { cause },
    );
  }
}
