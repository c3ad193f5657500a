/** What a value may be, and so how it is shown. */
export type ConfigType = "str" | "int" | "bool" | "dur" | "mask" | readonly string[];

/** One key of a device's configuration. */
export interface ConfigKey {
  readonly key: string;
  readonly type: ConfigType;
  readonly value: string | undefined;
  /** User metadata of that name may set it. */
  readonly byMetadata: boolean;
  /** Dotted names; the first is the one that `/config` shows. */
  readonly aliases: readonly string[];
}

const BOOTLOADERS = ["uboot", "uboot-pvk", "grub", "rpiab", "uboot-ab"] as const;
const INIT_MODES = ["embedded", "standalone", "appengine"] as const;
const WATCHDOGS = ["disabled", "shutdown", "startup", "always"] as const;
const POWER_MODES = ["disabled", "locks", "managed"] as const;
const TIMESTAMPS = ["relative", "absolute"] as const;
const SECURE_BOOT = ["disabled", "audit", "lenient", "strict"] as const;

/** `key|type|default|class|aliases`: `M` = user metadata may set it; an empty default is unset. Order is that of the listings. */
const TABLE = `
PH_CREDS_HOST|str|api.pantahub.com||creds.host
PH_CREDS_ID|str|||creds.id
PH_CREDS_PORT|int|443||creds.port
PH_CREDS_PROXY_HOST|str|||creds.proxy.host
PH_CREDS_PROXY_NOPROXYCONNECT|int|0||creds.proxy.noproxyconnect
PH_CREDS_PROXY_PORT|int|3218||creds.proxy.port
PH_CREDS_PRN|str|||creds.prn
PH_CREDS_SECRET|str|||creds.secret
PH_CREDS_TYPE|str|builtin||creds.type
PH_FACTORY_AUTOTOK|str|||factory.autotok
PH_LIBEVENT_HTTP_TIMEOUT|int|60|M|
PH_LIBEVENT_HTTP_RETRIES|int|1|M|
PH_METADATA_DEVMETA_INTERVAL|int|10|M|metadata.devmeta.interval
PH_METADATA_USRMETA_INTERVAL|int|5|M|metadata.usrmeta.interval
PH_ONLINE_REQUEST_THRESHOLD|int|0|M|
PH_UPDATER_INTERVAL|int|5|M|updater.interval
PH_UPDATER_NETWORK_TIMEOUT|int|120|M|updater.network_timeout
PH_UPDATER_TRANSFER_MAX_COUNT|int|5|M|
PV_BOOTLOADER_FITCONFIG|str|||bootloader.fitconfig
PV_BOOTLOADER_MTD_ENV|str|||bootloader.mtd_env
PV_BOOTLOADER_MTD_ONLY|bool|0||bootloader.mtd_only
PV_BOOTLOADER_TYPE|bootloader|uboot||bootloader.type
PV_BOOTLOADER_UBOOTAB_A_NAME|str|fitA||
PV_BOOTLOADER_UBOOTAB_B_NAME|str|fitB||
PV_BOOTLOADER_UBOOTAB_ENV_NAME|str|||
PV_BOOTLOADER_UBOOTAB_ENV_BAK_NAME|str|||
PV_BOOTLOADER_UBOOTAB_ENV_OFFSET|int|0||
PV_BOOTLOADER_UBOOTAB_ENV_SIZE|int|0||
PV_CACHE_DEVMETADIR|str|/storage/cache/devmeta||cache.devmetadir
PV_CACHE_USRMETADIR|str|/storage/cache/meta||cache.usrmetadir,meta.cache.dir
PV_CONTROL_REMOTE|bool|1||control.remote
PV_CONTROL_REMOTE_ALWAYS|bool|0||control.remote.always
PV_DEBUG_SHELL|bool|1||debug.shell
PV_DEBUG_SHELL_AUTOLOGIN|bool|0||debug.shell.autologin
PV_DEBUG_SHELL_TIMEOUT|int|60||
PV_DEBUG_SSH|bool|1|M|debug.ssh
PV_DEBUG_SSH_AUTHORIZED_KEYS|str||M|debug.ssh_authorized_keys
PV_DISK_EXPORTSDIR|str|/exports||disk.exportsdir
PV_DISK_VOLDIR|str|/volumes||disk.voldir
PV_DISK_WRITABLEDIR|str|/writable||disk.writabledir
PV_DROPBEAR_CACHE_DIR|str|/storage/cache/dropbear||dropbear.cache.dir
PV_LIBEVENT_DEBUG_MODE|bool|0||
PV_LIBTHTTP_CERTSDIR|str|/certs||libthttp.certdir
PV_LIBTHTTP_LOG_LEVEL|int|3|M|libthttp.log.level
PV_LOG_AUTO_DEVLOG|bool|1||
PV_LOG_CAPTURE|bool|1||log.capture
PV_LOG_CAPTURE_DMESG|bool|1||log.capture.dmesg
PV_LOG_BUF_NITEMS|int|128||log.buf_nitems
PV_LOG_DIR|str|/storage/logs/||log.dir
PV_LOG_DIR_MAXSIZE|str|0|M|
PV_LOG_FILETREE_TIMESTAMP_FORMAT|str||M|log.filetree.timestamp.format
PV_LOG_HYSTERESIS_FACTOR|int|4|M|
PV_LOG_LEVEL|int|0|M|log.level
PV_LOG_LOGGERS|bool|1||log.loggers
PV_LOG_PUSH|bool|1|M|log.push,pantahub.log.push
PV_LOG_ROTATE_FACTOR|int|5|M|
PV_LOG_SERVER_OUTPUTS|mask|132|M|log.server.outputs
PV_LOG_SINGLEFILE_TIMESTAMP_FORMAT|str||M|log.singlefile.timestamp.format
PV_LOG_STDOUT_TIMESTAMP_FORMAT|str||M|log.stdout.timestamp.format
PV_LOG_TIMESTAMP|timestamp|relative|M|
PV_LOOP_INDEX_BASE|int|-1||
PV_LXC_LOG_LEVEL|int|2||lxc.log.level
PV_NET_BRADDRESS4|str|10.0.3.1||net.braddress4
PV_NET_BRDEV|str|lxcbr0||net.brdev
PV_NET_BRMASK4|str|255.255.255.0||net.brmask4
PV_OEM_NAME|str|||
PV_POLICY|str|||policy
PV_POWER_MODE|power|locks|M|power.mode
PV_POWER_DEVMETA_EAGER_PUSH|bool|0|M|power.devmeta.eager_push
PV_POWER_WAKE_INTERVAL|dur|3600|M|power.wake.interval
PV_POWER_WAKE_RUN_WINDOW|dur|0|M|power.wake.run_window
PV_POWER_AUTOSLEEP_SETTLE|dur|90|M|power.autosleep.settle
PV_POWER_WAKE_MIN_AWAKE|dur|10|M|power.wake.min_awake
PV_POWER_WAKE_MAX_AWAKE|dur|60|M|power.wake.max_awake
PV_POWER_DEVMETA_MAX_HELD|dur|300|M|power.devmeta.max_held
PV_POWER_SYSFS_DIR|str|/sys/power|M|power.sysfs_dir
PV_REVISION_RETRIES|int|10|M|revision.retries
PV_SECUREBOOT_CHECKSUM|bool|1||secureboot.checksum
PV_SECUREBOOT_HANDLERS|bool|1||secureboot.handlers
PV_SECUREBOOT_MODE|secureboot|lenient||secureboot.mode
PV_SECUREBOOT_OEM_TRUSTSTORE|str|ca-oem-certificates||PV_SECUREBOOT_OEM_TRUSTORE
PV_SECUREBOOT_TRUSTSTORE|str|ca-certificates||secureboot.truststore
PV_STORAGE_DEVICE|str|||storage.device
PV_STORAGE_FSTYPE|str|||storage.fstype
PV_STORAGE_GC_KEEP_FACTORY|bool|0|M|storage.gc.keep_factory,updater.keep_factory
PV_STORAGE_GC_RESERVED|int|5|M|storage.gc.reserved
PV_STORAGE_GC_THRESHOLD_DEFERTIME|int|600|M|storage.gc.threshold.defertime
PV_STORAGE_GC_THRESHOLD|int|0|M|storage.gc.threshold
PV_STORAGE_LOGTEMPSIZE|str|||storage.logtempsize
PV_STORAGE_MNTPOINT|str|||storage.mntpoint
PV_STORAGE_MNTTYPE|str|||storage.mnttype
PV_STORAGE_FIRMWARE_VOL|bool|0||
PV_STORAGE_PHCONFIG_VOL|bool|0||
PV_STORAGE_WAIT|int|5||storage.wait
PV_SYSTEM_APPARMOR_PROFILES|str|||system.apparmor.profiles
PV_SYSTEM_CONFDIR|str|/configs||system.confdir
PV_SYSTEM_DRIVERS_LOAD_EARLY_AUTO|bool|0||system.drivers.load_early.auto
PV_SYSTEM_ETCDIR|str|/etc||system.etcdir
PV_SYSTEM_ETCPANTAVISORDIR|str|/etc/pantavisor||
PV_SYSTEM_INIT_MODE|init|embedded||system.init.mode
PV_SYSTEM_LIBDIR|str|/lib||system.libdir
PV_SYSTEM_MEDIADIR|str|/media||system.mediadir
PV_SYSTEM_MOUNT_SECURITYFS|bool|0||system.mount.securityfs
PV_SYSTEM_RUNDIR|str|/pv||system.rundir
PV_SYSTEM_DISKSDIR|str|/run/pantavisor/disks||system.disksdir
PV_SYSTEM_USRDIR|str|/usr||system.usrdir
PV_UPDATER_COMMIT_DELAY|int|25|M|updater.commit.delay
PV_UPDATER_GOALS_TIMEOUT|int|120||updater.goals.timeout
PV_UPDATER_USE_TMP_OBJECTS|bool|0|M|updater.use_tmp_objects
PV_VOLMOUNT_DM_EXTRA_ARGS|str|||
PV_WDT_MODE|watchdog|shutdown||wdt.mode
PV_WDT_TIMEOUT|int|15||wdt.timeout
PV_XCONNECT_DBUS_SYSTEMBUS_ENABLED|bool|1||xconnect.dbus.systembus.enabled`;

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  bootloader: BOOTLOADERS,
  init: INIT_MODES,
  watchdog: WATCHDOGS,
  power: POWER_MODES,
  timestamp: TIMESTAMPS,
  secureboot: SECURE_BOOT,
};

/** All keys, in the order of the listings. */
export const CONFIG_KEYS: readonly ConfigKey[] = TABLE.trim()
  .split("\n")
  .map((line): ConfigKey => {
    const [key = "", type = "", value = "", by = "", aliases = ""] = line.split("|");
    return {
      key,
      type: ENUMS[type] ?? (type as ConfigType), // the table has no other words
      value: value === "" ? undefined : value,
      byMetadata: by === "M",
      aliases: aliases === "" ? [] : aliases.split(","),
    };
  });

/** Keys whose value is never shown. */
const SECRETS: ReadonlySet<string> = new Set(["PH_CREDS_SECRET", "PH_FACTORY_AUTOTOK"]);

/** A value in force, and the layer it comes from. */
export interface ConfigValue {
  readonly value: string | undefined;
  readonly layer: "default" | "ph conf file" | "metadata";
}

/** What sets values besides the defaults, lowest first. */
export interface ConfigLayers {
  readonly file: ReadonlyMap<string, string>;
  /** User metadata and the like: names in any case, or dotted names. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The value of each key, in order. Values that do not fit a key's type are passed over. */
export function resolveConfig(layers: ConfigLayers): readonly (readonly [ConfigKey, ConfigValue])[] {
  const byName = new Map([...layers.metadata].map(([name, value]) => [name.toUpperCase(), value]));
  return CONFIG_KEYS.map((entry) => [entry, inForce(entry, layers, byName)]);
}

function inForce(entry: ConfigKey, layers: ConfigLayers, byName: ReadonlyMap<string, string>): ConfigValue {
  if (entry.byMetadata) {
    const alias = entry.aliases.find((name) => layers.metadata.has(name));
    const given = byName.get(entry.key) ?? (alias === undefined ? undefined : layers.metadata.get(alias));
    const value = given === undefined ? undefined : normalised(entry, given);
    if (value !== undefined) return { value, layer: "metadata" };
  }
  const file = [entry.key, ...entry.aliases].map((name) => layers.file.get(name)).find((value) => value !== undefined);
  const value = file === undefined ? undefined : normalised(entry, file);
  return value === undefined ? { value: entry.value, layer: "default" } : { value, layer: "ph conf file" };
}

const DURATION_UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, min: 60, h: 3600, d: 86_400 };

/** The value as it is kept; `undefined` when the key does not take it. */
function normalised({ type }: ConfigKey, given: string): string | undefined {
  if (typeof type !== "string") return type.find((word) => word === given);
  switch (type) {
    case "bool":
      return /^(true|yes|on|[+-]?\d*[1-9]\d*)$/i.test(given)
        ? "1"
        : /^(false|no|off|0+)$/i.test(given)
          ? "0"
          : undefined;
    case "int":
    case "mask":
      return /^[+-]?\d{1,15}$/.test(given) ? String(Number(given)) : undefined;
    case "dur": {
      const parts = /^(\d{1,9})(s|min|h|d)?$/.exec(given);
      return parts === null || Number(parts[1]) === 0
        ? undefined
        : String(Number(parts[1]) * (DURATION_UNITS[parts[2] ?? ""] ?? 1));
    }
    default:
      return given;
  }
}

const shown = ({ key }: ConfigKey, value: string | undefined, mask: boolean): string | undefined =>
  mask && value !== undefined && SECRETS.has(key) ? "XXXX" : value;

/** `GET /config`: by dotted name, with typed values. */
export function renderConfig(layers: ConfigLayers, mask: boolean): string {
  const members = resolveConfig(layers).flatMap(([entry, { value }]) => {
    const [alias] = entry.aliases;
    return alias === undefined ? [] : [[alias, typed(entry, shown(entry, value, mask))] as const];
  });
  return JSON.stringify(Object.fromEntries(members));
}

function typed({ type }: ConfigKey, value: string | undefined): string | number | boolean | null {
  if (value === undefined) return null;
  if (typeof type !== "string") return type.indexOf(value); // enums are numbered by their places
  if (type === "bool") return value === "1";
  return type === "str" ? value : Number(value);
}

/** `GET /config2`: every key with its value as text and its layer. */
export const renderConfigLayers = (layers: ConfigLayers, mask: boolean): string =>
  JSON.stringify(
    resolveConfig(layers).map(([entry, { value, layer }]) => ({
      key: entry.key,
      value: (shown(entry, value, mask) ?? "(null)").slice(0, 255),
      modified: layer,
    })),
  );
