import { type Duration, type Headers, header } from "@understudy/kernel";
import type { ProvisioningPaths } from "../../wire/cloud/paths.ts";
import { retryAfter } from "../cloud-api/retry-after.ts";

/** What the cloud's status means for provisioning. */
export type Verdict =
  | { readonly kind: "taken" }
  /** The cloud does not know these paths: try the older ones, at once. */
  | { readonly kind: "older-paths" }
  /** The uuid is registered already: prove that it was us. */
  | { readonly kind: "conflict" }
  | { readonly kind: "retry"; readonly after?: Duration }
  /** Trying again will not help. */
  | { readonly kind: "refused" };

const WORTH_RETRYING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Judges the reply to a registration or a key exchange. `known`: the paths are known to be this cloud's. */
export function judgeReply(
  status: number,
  headers: Headers,
  tried: { readonly paths: ProvisioningPaths; readonly known: boolean },
): Verdict {
  if (status >= 200 && status < 300) return { kind: "taken" };
  if ((status === 404 || status === 405) && tried.paths === "v2" && !tried.known) return { kind: "older-paths" };
  if (status === 409) return { kind: "conflict" };
  if (status >= 500 || WORTH_RETRYING.has(status)) {
    const after = retryAfter(header(headers, "Retry-After"));
    return after === undefined ? { kind: "retry" } : { kind: "retry", after };
  }
  return { kind: "refused" };
}
