import { type HttpReply, header, readJson } from "@understudy/kernel";
import { DEVICE_KEY_HEADER, targetPathOf } from "../../wire/cloud/paths.ts";
import { type TargetState, targetReply } from "../../wire/cloud/target-state.ts";
import type { AgentCore } from "../agent-core.ts";
import { type CloudAccess, callCloud } from "../cloud-api/cloud-access.ts";
import { exchangeOf, failedExchange } from "../cloud-api/exchange.ts";
import type { Exchange } from "../connection-health.ts";

/** How a poll ended: `changed` says that the cloud gave a whole target, with the tag to keep once it is stored. */
export type PollEnd =
  | { readonly kind: "unchanged" }
  | { readonly kind: "changed"; readonly target: TargetState; readonly etag: string | undefined }
  | { readonly kind: "failed"; readonly exchange: Exclude<Exchange, { readonly kind: "ok" }> };

/** Asks the cloud once for the target state, or whether it is still the one with this tag. */
export async function pollTarget(core: AgentCore, access: CloudAccess, etag: string | undefined): Promise<PollEnd> {
  const { uuid, deviceApiKey } = core.identity;
  const key = [DEVICE_KEY_HEADER, deviceApiKey] as const;
  const headers = etag === undefined ? [key] : [key, ["If-None-Match", etag] as const];
  try {
    const target = targetPathOf(access.versioned, uuid);
    const reply = await callCloud(core.world, access, core.identity, { method: "GET", target, headers });
    const exchange = exchangeOf(reply);
    if (exchange.kind !== "ok") return { kind: "failed", exchange };
    return reply.status === 304 ? { kind: "unchanged" } : await readTargetReply(core, reply);
  } catch (error) {
    return { kind: "failed", exchange: failedExchange(error) };
  }
}

async function readTargetReply(core: AgentCore, reply: HttpReply): Promise<PollEnd> {
  const target = targetReply.parse(await readJson(reply.body)).get(core.identity.uuid);
  if (target !== undefined) return { kind: "changed", target, etag: header(reply.headers, "ETag") };
  core.world.log.warn("the cloud's target state is not for this device and is ignored");
  return { kind: "unchanged" };
}
