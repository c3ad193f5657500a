import type { HttpReply } from "@understudy/kernel";
import { jsonText } from "../../wire/control/control-reply.ts";
import type { Core } from "../core.ts";
import { collectGarbage } from "../storage/collect-garbage.ts";
import { configValue } from "./configuration.ts";
import type { ControlModel } from "./control-model.ts";

/** `POST /storage/gc`. */
export const collectNow = async (core: Core, model: ControlModel): Promise<HttpReply> =>
  jsonText(`{"reclaimed": ${await collectAsConfigured(core, model)}}`);

/** {@link collectGarbage}, with the factory's revision kept if the configuration says so. */
export const collectAsConfigured = async (core: Core, model: ControlModel): Promise<number> =>
  collectGarbage(core, (await configValue(core, model, "PV_STORAGE_GC_KEEP_FACTORY")) === "1");
