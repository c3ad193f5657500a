import type { HttpReply } from "@understudy/kernel";
import { parseConfig } from "../../wire/config-file.ts";
import { type ConfigLayers, renderConfig, renderConfigLayers, resolveConfig } from "../../wire/control/config-table.ts";
import { jsonText } from "../../wire/control/control-reply.ts";
import { metadataText } from "../../wire/metadata-value.ts";
import type { Core } from "../core.ts";
import { CONFIG_FILE } from "../layout.ts";
import type { ControlModel } from "./control-model.ts";
import { userMetadata } from "./metadata.ts";

async function layersOf(core: Core, model: ControlModel): Promise<ConfigLayers> {
  const metadata = new Map(model.settings);
  for (const [key, value] of Object.entries(await userMetadata(core))) metadata.set(key, metadataText(value));
  return { file: parseConfig((await core.world.storage.readText(CONFIG_FILE)) ?? ""), metadata };
}

/** `GET /config`. Only the strict profile shows secrets. */
export const showConfig = async (core: Core, model: ControlModel, strict: boolean): Promise<HttpReply> =>
  jsonText(renderConfig(await layersOf(core, model), !strict));

/** `GET /config2`. */
export const showConfigLayers = async (core: Core, model: ControlModel, strict: boolean): Promise<HttpReply> =>
  jsonText(renderConfigLayers(await layersOf(core, model), !strict));

/** One value in force. */
export async function configValue(core: Core, model: ControlModel, key: string): Promise<string | undefined> {
  return resolveConfig(await layersOf(core, model)).find(([entry]) => entry.key === key)?.[1].value;
}
