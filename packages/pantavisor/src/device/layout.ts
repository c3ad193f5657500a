/** Where a device keeps what: the documented storage layout. */
export const CONFIG_FILE = "config/pantahub.config";
export const MOCKER_FILE = "config/mocker.json";
export const REVISION_INFO_FILE = "revision-info.json";
export const DEVICE_META_FILE = "device-meta/meta.json";
export const DEVICE_META_FOLDER = "device-meta";
export const USER_META_FILE = "user-meta/meta.json";
export const USER_META_FOLDER = "user-meta";
export const OBJECTS_FOLDER = "objects";
export const TRAILS_FOLDER = "trails";
export const CURRENT_TRAIL_LINK = "trails/current";
export const CURRENT_LOGS_LINK = "logs/current";
export const OWNERSHIP_CERTIFICATE_FILE = "ownership/cert.pem";
export const OWNERSHIP_KEY_FILE = "ownership/key.pem";
export const CONTROL_SOCKET = "pantavisor/pv-ctrl";
export const BUS_SOCKET = "mocker.sock";

export const objectFile = (sha256: string): string => `objects/${sha256}`;
/** A download that is not whole yet; never listed as an object. */
export const partialFile = (sha256: string): string => `objects/${sha256}.tmp`;
export const trailFolder = (revision: string): string => `trails/${revision}`;
export const stateFile = (revision: string): string => `trails/${revision}/.pvr/json`;
export const progressFile = (revision: string): string => `trails/${revision}/.pv/progress`;
export const commitMessageFile = (revision: string): string => `trails/${revision}/.pv/commitmsg`;
export const logFolder = (revision: string): string => `logs/${revision}/pantavisor`;
export const logFile = (revision: string): string => `logs/${revision}/pantavisor/pantavisor.log`;
export const logOffsetFile = (revision: string): string => `logs/${revision}/pantavisor/.offset`;
