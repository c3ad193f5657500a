import { runningRevision } from "../wire/revision-info.ts";
import { isLocalRevision } from "../wire/revision-name.ts";
import type { Core } from "./core.ts";

/** False while a local revision runs: the cloud's updates wait then, unless the device was told to go remote. */
export const isRemote = (core: Core): boolean => core.goneRemote || !isLocalRevision(runningRevision(core.info));
