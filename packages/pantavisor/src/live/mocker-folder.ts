import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type PowerableStorage, UsageError } from "@understudy/kernel";
import { openDirectoryStorage } from "@understudy/kernel/live";
import { CONFIG_FILE, MOCKER_FILE, REVISION_INFO_FILE } from "../device/layout.ts";
import { MAX_CONFIG_BYTES, setConfigAll } from "../wire/config-file.ts";
import { DEFAULT_HUB, readHubAddress } from "../wire/hub-address.ts";
import { FACTORY_REVISION, renderRevisionInfo } from "../wire/revision-info.ts";

/** The lock that keeps a second process off a storage. */
const LOCK_FILE = "config/mocker.lock";
/** Folders that every storage has from the beginning, empty or not. */
const FOLDERS = ["config", "device-meta", "logs", "objects", "trails", "user-meta", "pantavisor"];
const SECRET = { mode: 0o600 };

/** What a storage's configuration is to say; absent members stay as they are. */
export interface MockerConfig {
  readonly host?: string;
  readonly port?: string;
  /** Autotoken to register with. */
  readonly token?: string;
}

/**
 * Opens a storage in the documented layout and makes what is missing of it. It is this process's alone until it is closed: throws
 * `in-use` while another one has it, and `UsageError` for a host, port or token that cannot be.
 */
export async function openMockerFolder(folder: string, config: MockerConfig = {}): Promise<PowerableStorage> {
  check(config);
  const storage = await openDirectoryStorage(folder, { lock: LOCK_FILE });
  try {
    for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true });
    await configure(storage, config);
    if ((await storage.stat(MOCKER_FILE)) === undefined) await storage.write(MOCKER_FILE, "{}");
    if ((await storage.stat(REVISION_INFO_FILE)) === undefined)
      await storage.write(REVISION_INFO_FILE, renderRevisionInfo(FACTORY_REVISION));
    await storage.sync();
    return storage;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

function check({ host, port, token }: MockerConfig): void {
  const hub = readHubAddress(host, port);
  if (!hub.ok) throw new UsageError("bad-option", `${hub.problem}.`, { host, port });
  if (token !== undefined && !/^[^\s\p{Cc}]+$/u.test(token))
    throw new UsageError("bad-option", "A token is one word, and not empty.", {});
}

/** A configuration that is there keeps what it says of other things. */
async function configure(storage: PowerableStorage, { host, port, token }: MockerConfig): Promise<void> {
  const size = (await storage.stat(CONFIG_FILE))?.size;
  if (size !== undefined && size > MAX_CONFIG_BYTES)
    throw new UsageError("too-large", `${CONFIG_FILE} has ${size} bytes; at most ${MAX_CONFIG_BYTES} are read.`, {});
  const before = await storage.readText(CONFIG_FILE);
  const wanted = {
    ...(host !== undefined && { PH_CREDS_HOST: host }),
    ...(port !== undefined && { PH_CREDS_PORT: port }),
    ...(token !== undefined && { PH_FACTORY_AUTOTOK: token }),
  };
  const after = setConfigAll(before ?? FRESH_CONFIG, wanted);
  if (after !== before) await storage.write(CONFIG_FILE, after, SECRET);
}

const FRESH_CONFIG = `PH_CREDS_HOST=${DEFAULT_HUB.host}
PH_CREDS_PORT=${DEFAULT_HUB.port}
PH_METADATA_DEVMETA_INTERVAL=10
PH_METADATA_USRMETA_INTERVAL=10
`;
