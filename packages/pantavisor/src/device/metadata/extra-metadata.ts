import type { JsonObject, JsonValue } from "@understudy/kernel";
import { isGeneratedKey } from "../../wire/device-metadata.ts";
import { isRecord, parseJsonOrNothing } from "../../wire/fields.ts";
import { metadataValue } from "../../wire/metadata-value.ts";
import type { Core } from "../core.ts";
import { DEVICE_META_FILE, DEVICE_META_FOLDER } from "../layout.ts";

/**
 * Device metadata that the device does not make by itself: what came through the control socket (one file each), and what
 * `meta.json` holds besides generated keys, such as the answer to an invitation. `null` marks a key that was deleted and
 * that the hub still has to be told of.
 */
export async function readExtras(core: Core): Promise<JsonObject> {
  const { storage } = core.world;
  const extras: Record<string, JsonValue> = { ...(await readStored(core)) };
  for (const name of await storage.list(DEVICE_META_FOLDER)) {
    if (`${DEVICE_META_FOLDER}/${name}` === DEVICE_META_FILE || isGeneratedKey(name)) continue;
    const raw = await storage.readText(`${DEVICE_META_FOLDER}/${name}`);
    if (raw !== undefined) extras[name] = metadataValue(raw);
  }
  return extras;
}

/** The members of `meta.json` that are not generated. An unreadable file counts as empty: it is written anew. */
export async function readStored(core: Core): Promise<JsonObject> {
  const text = await core.world.storage.readText(DEVICE_META_FILE);
  const parsed = text === undefined ? undefined : parseJsonOrNothing(text)?.value;
  if (!isRecord(parsed)) return {};
  return Object.fromEntries(Object.entries(parsed).filter(([key]) => !isGeneratedKey(key))) as JsonObject; // from JSON text
}

/** Stores a value of `meta.json` for good; `null` marks the key as deleted. */
export const setExtra = (core: Core, key: string, value: JsonValue): Promise<void> =>
  core.alone(async () => {
    await writeStored(core, { ...(await readStored(core)), [key]: value });
    await core.world.storage.sync();
  });

/** Replaces `meta.json`. */
export const writeStored = (core: Core, map: JsonObject): Promise<void> =>
  core.world.storage.write(DEVICE_META_FILE, JSON.stringify(map, undefined, 4));
