import { X509Certificate } from "node:crypto";
import { type HttpReply, jsonReply, messageOf, UsageError } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";

const COMPLETED = Object.freeze({ mode: "tls", status: "completed" });
const FAILED = Object.freeze({ mode: "tls", status: "failed" });
const NOT_NEEDED = Object.freeze({ mode: "default", status: "validation_not_needed" });

/**
 * `POST /devices/:id/ownership/validate`: a device shows by its TLS certificate that it comes from the configured root of
 * trust. Without a root of trust there is nothing to show for a device that has an owner.
 */
export function validateOwnership(hub: Hub, call: Call<{ id: string }>, caller: Caller): HttpReply {
  if (caller.device !== call.params.id) throw new Refusal(403, "Only the device itself proves its ownership");
  if (hub.roots.length === 0) {
    if (caller.owner === "") throw new Refusal(404, "Device is not claimed yet");
    return jsonReply(NOT_NEEDED);
  }
  const flaw = flawOf(hub, call.via.clientCertificate);
  const result = flaw ?? "done";
  hub.world.audit.record({ who: caller.prn, action: "device.validate-ownership", target: caller.device, result });
  return flaw === undefined ? jsonReply(COMPLETED) : jsonReply(FAILED, 403);
}

/** Why a certificate proves nothing; `undefined` when it does. */
function flawOf(hub: Hub, pem: string | undefined): string | undefined {
  if (pem === undefined) return "no client certificate";
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return "the client certificate cannot be read";
  }
  const now = hub.world.clock.now();
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime())
    return "the certificate is not valid now";
  const root = hub.roots.find(
    (candidate) => certificate.checkIssued(candidate) && certificate.verify(candidate.publicKey),
  );
  return root === undefined ? "the certificate is not from the root of trust" : undefined;
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text; none for `undefined`. Throws `UsageError` for what is no certificate. */
export function certificatesOf(pem: string | undefined): readonly X509Certificate[] {
  if (pem === undefined) return [];
  const blocks = pem.match(BLOCK) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new UsageError("bad-root-of-trust", `rootOfTrust is no PEM certificate: ${messageOf(cause)}`, {}, { cause });
  }
  throw new UsageError("bad-root-of-trust", "rootOfTrust has no PEM certificate.");
}
