import type { UnknownRecord } from "./fields.ts";

/** State of a device that was made with nothing on it. */
export const FACTORY_STATE: UnknownRecord = Object.freeze({ "#spec": "pantavisor-service-system@1" });
