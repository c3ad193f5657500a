import { type HttpReply, header, jsonReply, toIso } from "@understudy/kernel";
import { NOT_AUTHORIZED } from "../../wire/pantahub/error-body.ts";
import { sameSecret } from "../auth/passwords.ts";
import type { Call } from "../http/endpoints.ts";
import type { Hub } from "../hub.ts";
import { settingTable } from "../tables/account-rows.ts";

const NAME = "saadmin";

/** `GET /healthz/`: open unless the options set a secret; then Basic authentication of `saadmin`. */
export async function healthz(hub: Hub, call: Call): Promise<HttpReply> {
  const { healthSecret } = hub.settings;
  if (healthSecret !== undefined) {
    const expected = `Basic ${Buffer.from(`${NAME}:${healthSecret}`).toString("base64")}`;
    if (!sameSecret(header(call.request.headers, "authorization") ?? "", expected)) {
      return jsonReply(NOT_AUTHORIZED, 401, [["WWW-Authenticate", 'Basic realm="pantahub services"']]);
    }
  }
  const start = hub.world.clock.now();
  await hub.store.get(settingTable, "secret");
  const durationNs = (hub.world.clock.now() - start) * 1_000_000;
  return jsonReply({ code: 0, duration: durationNs, "start-time": toIso(hub.bootedAt) });
}
