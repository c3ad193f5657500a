import type { Endpoints } from "../http/endpoints.ts";
import { changes } from "./changes.ts";
import { dashboard } from "./dashboard.ts";
import { healthz } from "./healthz.ts";
import { profiles } from "./profiles.ts";

/** What is neither of devices nor of their content. */
export function serviceEndpoints(at: Endpoints): void {
  at.open("GET", "/healthz/", healthz);
  at.guarded(undefined, "GET", "/profiles/", profiles);
  at.guarded(undefined, "GET", "/dash/", dashboard);
  at.guarded("devices:read", "GET", "/changes/:of", changes);
}
