import type { Family, JsonObject, PowerableStorage } from "@understudy/kernel";
import { MOCKER_FILE } from "../device/layout.ts";
import { createPantavisorDevice } from "../device/pantavisor-device.ts";
import type { PantavisorDeviceOptions } from "../device/settings.ts";
import type { MockerConfig } from "../live/mocker-folder.ts";
import { isRecord, parseJsonOrNothing, recordAt } from "../wire/fields.ts";
import { pantavisor } from "./pantavisor.ts";

/** How a device that plays on this machine is to behave. */
export interface MockerOnHostOptions {
  /** Folder of its storage, in the documented layout. It is made when it is missing. */
  readonly folder: string;
  /** Default `safe`. */
  readonly compat?: "safe" | "strict";
  /** Answers questions by weighted chance, by the weights of `mocker.json`. Default: only if that file says so. */
  readonly automatic?: boolean;
  /** When nobody answers the question in TESTING it ends as DONE. Default 10. */
  readonly decisionTimeoutSeconds?: number;
  /** Ends after one pass, an update included. Default: goes on until it is told to stop. */
  readonly oneShot?: boolean;
  /** Somebody is there to answer, so that questions wait. Default: nobody. */
  readonly attended?: () => boolean;
}

/** A device on this machine, for the lab of one. */
export interface MockerOnHost {
  /** Pantavisor devices with the facts of this machine. */
  readonly family: Family;
  /** The device's entry in the lab. */
  readonly options: JsonObject;
  /** Open, and closed by whoever takes it over. */
  readonly storage: PowerableStorage;
}

/** Sets up a storage folder without starting a device. Throws as {@link openMockerOnHost} does. */
export async function initMockerFolder(folder: string, config: MockerConfig): Promise<void> {
  const { openMockerFolder } = await import("../live/mocker-folder.ts");
  await (await openMockerFolder(folder, config)).close();
}

/** Opens what a device on this machine needs. Throws `in-use` while another process has the storage. */
export async function openMockerOnHost(wanted: MockerOnHostOptions): Promise<MockerOnHost> {
  const [{ openMockerFolder }, { hostFacts }] = await Promise.all([
    import("../live/mocker-folder.ts"),
    import("../live/host-facts.ts"),
  ]);
  const { folder, attended, compat, decisionTimeoutSeconds } = wanted;
  const storage = await openMockerFolder(folder);
  const parts = { facts: hostFacts(folder), ...(attended !== undefined && { attended }) };
  const options: PantavisorDeviceOptions = {
    control: true,
    logs: true,
    bus: true,
    layout: "documented",
    oneShot: wanted.oneShot === true,
    ...(compat !== undefined && { compat }),
    ...(decisionTimeoutSeconds !== undefined && { decisionTimeoutSeconds }),
    ...(wanted.automatic === true && { automation: await weightsIn(storage) }),
  };
  return {
    family: { ...pantavisor, createDevice: (spec) => createPantavisorDevice(spec, parts) },
    options: options as JsonObject, // the options of a lab file are JSON
    storage,
  };
}

/** The automation block of `mocker.json`, switched on. */
async function weightsIn(storage: PowerableStorage): Promise<Record<string, unknown>> {
  const settings = parseJsonOrNothing((await storage.readText(MOCKER_FILE)) ?? "")?.value;
  const block = isRecord(settings) ? recordAt(settings, "automation") : undefined;
  return { ...block, enabled: true };
}
