import { type Storage, UsageError } from "@understudy/kernel";
import { parseConfig, setConfigAll } from "../wire/config-file.ts";
import { readHubAddress } from "../wire/hub-address.ts";
import { FACTORY_REVISION, renderRevisionInfo } from "../wire/revision-info.ts";
import { CONFIG_FILE, MOCKER_FILE, REVISION_INFO_FILE } from "./layout.ts";

/** What `init` was told. */
export interface InitRequest {
  /** Autotoken to register with. */
  readonly token?: string;
  /** May begin with `http://` or `https://`. */
  readonly host?: string;
  readonly port?: string;
}

const FRESH_CONFIG = `PH_CREDS_HOST=api.pantahub.com
PH_CREDS_PORT=443
PH_METADATA_DEVMETA_INTERVAL=10
PH_METADATA_USRMETA_INTERVAL=10
`;

/**
 * Makes a storage a device can start from. Files that are there stay; what was asked for is set in them all the same. Throws
 * `UsageError` for a host, port or token that cannot be.
 */
export async function scaffoldStorage(storage: Storage, request: InitRequest = {}): Promise<"created" | "kept"> {
  const { token, host, port } = request;
  const before = await storage.readText(CONFIG_FILE);
  const values = parseConfig(before ?? FRESH_CONFIG);
  const hub = readHubAddress(host ?? values.get("PH_CREDS_HOST"), port ?? values.get("PH_CREDS_PORT"));
  if (!hub.ok) throw new UsageError("bad-config", `${hub.problem}.`);
  if (token !== undefined && !/^\S{1,1000}$/.test(token))
    throw new UsageError("bad-token", "The token must be one word.");
  const config = setConfigAll(before ?? FRESH_CONFIG, {
    ...(host !== undefined && { PH_CREDS_HOST: host }),
    ...(port !== undefined && { PH_CREDS_PORT: port }),
    ...(token !== undefined && { PH_FACTORY_AUTOTOK: token }),
  });
  if (config !== before) await storage.write(CONFIG_FILE, config, { mode: 0o600 });
  if ((await storage.stat(MOCKER_FILE)) === undefined) await storage.write(MOCKER_FILE, "{}");
  if ((await storage.stat(REVISION_INFO_FILE)) === undefined) {
    await storage.write(REVISION_INFO_FILE, renderRevisionInfo(FACTORY_REVISION));
  }
  await storage.sync();
  return before === undefined ? "created" : "kept";
}
