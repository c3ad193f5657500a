import { runningRevision } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { markUnsent } from "../metadata/push-device-metadata.ts";
import { linkCurrent } from "./current-links.ts";

/** Another revision runs now: links, metadata and state say so. */
export async function nowRunning(core: Core): Promise<void> {
  const revision = runningRevision(core.info);
  core.goneRemote = false;
  await linkCurrent(core);
  markUnsent(core, "pantavisor.revision");
  markUnsent(core, "pantavisor.mode");
  if (core.state["revision"] !== revision) core.change("running", { revision });
}
