import type { Endpoints } from "../http/endpoints.ts";
import { postLogs } from "./post-logs.ts";

/** Everything below `/logs`. */
export function logEndpoints(at: Endpoints): void {
  at.guarded(undefined, "POST", "/logs/", postLogs);
}
