import { type HttpReply, type JsonValue, milliseconds, type ReceivedRequest, StorageError } from "@understudy/kernel";
import { renderMetadata } from "../../wire/control/control-json.ts";
import { done, failure, jsonText } from "../../wire/control/control-reply.ts";
import { isRecord, parseJsonOrNothing } from "../../wire/fields.ts";
import { equalJson, metadataText, metadataValue } from "../../wire/metadata-value.ts";
import type { Core } from "../core.ts";
import { CHECK_IN_WAKE } from "../hub/check-in.ts";
import { DEVICE_META_FOLDER, USER_META_FILE, USER_META_FOLDER } from "../layout.ts";
import { readStored, writeStored } from "../metadata/extra-metadata.ts";
import { markUnsent, wholeMetadata } from "../metadata/push-device-metadata.ts";
import { asText, isChunked, smallBody } from "./request-body.ts";

const VALUE_LIMIT = 4096;
/** The file beside the keys' own files. */
const RESERVED_KEY = "meta.json";

type Kind = "user" | "device";

const folderOf = (kind: Kind): string => (kind === "user" ? USER_META_FOLDER : DEVICE_META_FOLDER);

/** Newest first, as the original keeps them. */
const newestFirst = (map: Readonly<Record<string, JsonValue>>): readonly (readonly [string, JsonValue])[] =>
  Object.entries(map).reverse();

/** `GET /device-meta`. */
export async function listDeviceMetadata(core: Core): Promise<HttpReply> {
  const shown: Record<string, JsonValue> = { ...(await wholeMetadata(core)) };
  for (const [key, raw] of await rawValues(core, "device"))
    if (Object.hasOwn(shown, key) && equalJson(shown[key], metadataValue(raw))) shown[key] = raw;
  return jsonText(renderMetadata(newestFirst(shown)));
}

/** `GET /user-meta`. */
export const listUserMetadata = async (core: Core): Promise<HttpReply> =>
  jsonText(renderMetadata(newestFirst(await userMetadata(core))));

/** The user metadata: the hub's, with what was set here since they came last. */
export async function userMetadata(core: Core): Promise<Readonly<Record<string, JsonValue>>> {
  const { storage } = core.world;
  const text = await storage.readText(USER_META_FILE);
  const stored = text === undefined ? undefined : parseJsonOrNothing(text)?.value;
  const map: Record<string, JsonValue> = isRecord(stored) ? { ...(stored as Record<string, JsonValue>) } : {}; // from JSON text
  for (const [key, raw] of await rawValues(core, "user")) map[key] = raw;
  return map;
}

/** What was set here, by key: the text as it came. */
async function rawValues(core: Core, kind: Kind): Promise<readonly (readonly [key: string, raw: string])[]> {
  const values: [string, string][] = [];
  for (const name of await core.world.storage.list(folderOf(kind))) {
    if (name === RESERVED_KEY) continue;
    const raw = await core.world.storage.readText(`${folderOf(kind)}/${name}`);
    if (raw !== undefined) values.push([name, raw]);
  }
  return values;
}

/** `PUT /user-meta/<key>` and `PUT /device-meta/<key>`. */
export async function putMetadata(core: Core, kind: Kind, key: string, request: ReceivedRequest): Promise<HttpReply> {
  const refusal = failure(400, `Cannot add or update ${kind} meta`);
  if (isChunked(request) || !isKey(key)) return refusal;
  const bytes = await smallBody(request.body, VALUE_LIMIT);
  if (bytes === undefined) return failure(507, "Not enough disk space available");
  if (bytes.byteLength === 0) return refusal;
  const end = bytes.indexOf(0);
  try {
    await core.alone(() => store(core, kind, key, asText(end < 0 ? bytes : bytes.subarray(0, end))));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.code === "full"
      ? failure(507, "Not enough disk space available")
      : failure(500, `Cannot add or update ${kind} meta`);
  }
  return done;
}

const isKey = (key: string): boolean =>
  key !== RESERVED_KEY && key !== "." && key !== ".." && !key.startsWith(".understudy-");

async function store(core: Core, kind: Kind, key: string, value: string): Promise<void> {
  const { storage } = core.world;
  const file = `${folderOf(kind)}/${key}`;
  if ((await storage.readText(file)) === value) return;
  await storage.write(file, value);
  if (kind === "device") {
    const stored = await readStored(core);
    if (stored[key] === null)
      await writeStored(core, Object.fromEntries(Object.entries(stored).filter(([name]) => name !== key)));
  }
  await storage.sync();
  touched(core, kind, key);
}

/** `DELETE /user-meta/<key>` and `DELETE /device-meta/<key>`. */
export async function deleteMetadata(core: Core, kind: Kind, key: string): Promise<HttpReply> {
  const gone =
    isKey(key) && (await core.alone(() => (kind === "user" ? removeUserKey(core, key) : removeDeviceKey(core, key))));
  if (!gone) return failure(404, kind === "user" ? "User meta does not exist" : "Device meta does not exist");
  touched(core, kind, key);
  return done;
}

async function removeUserKey(core: Core, key: string): Promise<boolean> {
  const { storage } = core.world;
  const file = `${USER_META_FOLDER}/${key}`;
  const text = await storage.readText(USER_META_FILE);
  const stored = text === undefined ? undefined : parseJsonOrNothing(text)?.value;
  const inMap = isRecord(stored) && Object.hasOwn(stored, key);
  const inFile = (await storage.stat(file)) !== undefined;
  if (inMap)
    await storage.write(
      USER_META_FILE,
      JSON.stringify(Object.fromEntries(Object.entries(stored).filter(([name]) => name !== key))),
    );
  if (inFile) await storage.remove(file);
  if (inMap || inFile) await storage.sync();
  return inMap || inFile;
}

/** A key that the device makes by itself is told anew, so it comes back. */
async function removeDeviceKey(core: Core, key: string): Promise<boolean> {
  const whole = await wholeMetadata(core);
  if (whole[key] === undefined || whole[key] === null) return false;
  await core.world.storage.remove(`${DEVICE_META_FOLDER}/${key}`);
  await writeStored(core, { ...(await readStored(core)), [key]: null });
  await core.world.storage.sync();
  return true;
}

/** The hub has to hear of it, or to say again what it wants; soon, not at once. */
function touched(core: Core, kind: Kind, key: string): void {
  if (kind === "user") {
    core.userMetadata = undefined;
    return;
  }
  markUnsent(core, key);
  core.agenda.deviceMetadata = 0;
  if (core.claimed && core.failures === 0) core.world.clock.wake(milliseconds(1_000), { name: CHECK_IN_WAKE });
}

/** Sets one device metadata entry as the command UPDATE_METADATA does: the first pair of a JSON object. */
export async function updateMetadata(core: Core, payload: string): Promise<void> {
  const value = parseJsonOrNothing(payload)?.value;
  const [first] = isRecord(value) ? Object.entries(value) : [];
  if (first === undefined || !isKey(first[0]) || first[0].includes("/")) return;
  await core.alone(() => store(core, "device", first[0], metadataText(first[1] as JsonValue))); // from JSON text
}
