import { X509Certificate } from "node:crypto";
import { type HttpReply, jsonReply, messageOf, UsageError } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import type { Call } from "../http/endpoints.ts";
import { Refusal } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";

const COMPLETED = Object.freeze({ status: "completed" });
const FAILED = Object.freeze({ status: "failed" });

/**
 * `POST /devices/:id/ownership/validate`: a device shows by its TLS certificate that it comes from the configured root of
 * trust. The reference server has the words for it, but no endpoint; the mocker asks for this one.
 */
export function validateOwnership(hub: Hub, call: Call<{ id: string }>, caller: Caller): HttpReply {
  if (caller.device !== call.params.id) throw new Refusal(403, "Only the device itself proves its ownership");
  const flaw = flawOf(hub, call.via.clientCertificate);
  const result = flaw ?? "done";
  hub.world.audit.record({ who: caller.prn, action: "device.validate-ownership", target: caller.device, result });
  return flaw === undefined ? jsonReply(COMPLETED) : jsonReply(FAILED, 403);
}

/** Why a certificate proves nothing; `undefined` when it does. */
function flawOf(hub: Hub, pem: string | undefined): string | undefined {
  if (pem === undefined) return "no client certificate";
  if (hub.roots.length === 0) return "no root of trust is configured";
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
