import type { Endpoints } from "../http/endpoints.ts";
import { postLogs } from "./post-logs.ts";
import { getLogs, getNextLogs } from "./read-logs.ts";

/** Everything below `/logs`. */
export function logEndpoints(at: Endpoints): void {
  at.guarded(undefined, "POST", "/logs/", postLogs);
  at.guarded(undefined, "GET", "/logs/", getLogs);
  at.guarded(undefined, "POST", "/logs/cursor", getNextLogs);
  at.guarded(undefined, "GET", "/logs/cursor", getNextLogs);
}
