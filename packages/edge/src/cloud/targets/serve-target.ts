import {
  EMPTY_BODY,
  type HttpReply,
  header,
  type Instant,
  jsonReply,
  type ReceivedRequest,
  toIso,
} from "@understudy/kernel";
import { matchesEtag } from "../../wire/cloud/target-state.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { markOnline } from "../fleet/presence.ts";
import { deviceFor } from "../http/authenticate.ts";
import { refusal } from "../http/replies.ts";
import { targets } from "../tables/device-rows.ts";

/** The device's poll: what is deployed for it, or that nothing has changed since. Being asked is a sign of life. */
export async function serveTarget(parts: CloudParts, uuid: string, request: ReceivedRequest): Promise<HttpReply> {
  const asking = await deviceFor(parts, request.headers, uuid);
  if ("no" in asking) return asking.no;
  await markOnline(parts, asking.device);
  const row = await parts.store.get(targets, uuid);
  if (row === undefined) return refusal(404, `Device ${uuid} has no target state.`);
  const headers = [["ETag", row.etag]] as const;
  if (matchesEtag(header(request.headers, "If-None-Match"), row.etag))
    return { status: 304, headers, body: EMPTY_BODY };
  const { deployed_apps: apps, deployed_config: config, version, needs_deployment, last_deployed_at: at } = row;
  const deployed = at === null ? null : toIso(at as Instant); // Rows hold milliseconds.
  return jsonReply({ [uuid]: { apps, config, version, needs_deployment, last_deployed_at: deployed } }, 200, headers);
}
