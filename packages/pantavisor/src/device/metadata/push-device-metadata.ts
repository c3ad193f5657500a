import { type JsonObject, type JsonValue, json } from "@understudy/kernel";
import { type GeneratedKey, generatedMetadata, timeValue } from "../../wire/device-metadata.ts";
import type { Core, Identity } from "../core.ts";
import { ask, attempt } from "../hub/exchange.ts";
import { refusal } from "../hub/trouble.ts";
import { readExtras, readStored, writeStored } from "./extra-metadata.ts";
import { metadataSources } from "./sources.ts";

/** Load and storage are told again after so long; what tells them apart from push to push is the time. */
const GAUGES_EVERY_MS = 600_000;
const GAUGES: readonly GeneratedKey[] = ["storage", "sysinfo"];

/**
 * Tells the hub what has changed: everything after a boot, then `time` with the keys that were marked by {@link markUnsent}, and
 * from time to time the gauges. A key is unmarked only when the hub has taken it.
 */
export async function pushDeviceMetadata(core: Core, identity: Identity): Promise<void> {
  await attempt(core, "push-metadata");
  const sent = core.unsent;
  core.bus?.synced("sync_started", 0, "Synchronizing...");
  core.bus?.synced("sync_progress", 10, "Updating local metadata...");
  core.unsent = undefined;
  try {
    const gauges = core.uptime - core.gaugesAt >= GAUGES_EVERY_MS;
    const patch = core.metadataSent ? await changedMetadata(core, sent, gauges) : await writeWholeMetadata(core);
    core.bus?.synced("sync_progress", 20, "Local metadata updated");
    core.bus?.synced("sync_progress", 30, "Pushing device-meta...");
    core.bus?.synced("sync_progress", 40, "Uploading device-meta...");
    const reply = await ask(core, "PATCH", `/devices/${identity.id}/device-meta`, json(patch));
    if (reply.status !== 200) throw refusal(reply, "the device metadata");
    if (!core.metadataSent || gauges) core.gaugesAt = core.uptime;
    if (!core.metadataSent || sent !== undefined) await forgetDeleted(core, patch);
    core.metadataSent = true;
    core.bus?.synced("sync_progress", 50, "Device-meta uploaded");
  } catch (error) {
    for (const key of sent ?? []) markUnsent(core, key);
    throw error;
  }
}

/** The next push carries this key, also over failed attempts. After a power cut everything is sent again anyway. */
export function markUnsent(core: Core, key: string): void {
  core.unsent ??= new Set();
  core.unsent.add(key);
}

function changedMetadata(
  core: Core,
  keys: ReadonlySet<string> | undefined,
  gauges: boolean,
): JsonObject | Promise<JsonObject> {
  if (keys === undefined && !gauges) return { time: timeValue(core.now) };
  return collectChanged(core, [...(keys ?? []), ...(gauges ? GAUGES : [])]);
}

async function collectChanged(core: Core, keys: readonly string[]): Promise<JsonObject> {
  const whole = await writeWholeMetadata(core);
  const patch: Record<string, JsonValue> = { time: timeValue(core.now) };
  for (const key of keys) patch[key] = whole[key] ?? null;
  return patch;
}

/** All metadata of the device, with `null` for deleted keys that the hub still has. Values that came from outside never win over generated ones. */
export async function wholeMetadata(core: Core): Promise<JsonObject> {
  const sources = await metadataSources(core);
  const extras = await readExtras(core);
  return { ...generatedMetadata(sources), ...extras, ...core.settings.deviceMetadata, ...core.mocker.deviceMetadata };
}

const writeWholeMetadata = (core: Core): Promise<JsonObject> =>
  core.alone(async () => {
    const whole = await wholeMetadata(core);
    if (core.settings.layout === "documented") await writeStored(core, whole);
    return whole;
  });

/** The hub has been told of deleted keys: their marks go from the file. */
async function forgetDeleted(core: Core, patch: JsonObject): Promise<void> {
  const deleted = Object.keys(patch).filter((key) => patch[key] === null);
  await core.alone(async () => {
    if (deleted.length > 0) {
      const map = core.settings.layout === "documented" ? await wholeMetadata(core) : await readStored(core);
      await writeStored(
        core,
        Object.fromEntries(Object.entries(map).filter(([key, value]) => value !== null || !deleted.includes(key))),
      );
    }
    await core.world.storage.sync();
  });
}
