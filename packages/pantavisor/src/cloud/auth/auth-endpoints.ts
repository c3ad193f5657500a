import type { Endpoints } from "../http/endpoints.ts";
import { authStatus, login, refresh } from "./login.ts";

/** Everything below `/auth`, and the status of a token wherever it is asked for. */
export function authEndpoints(at: Endpoints): void {
  at.open("POST", "/auth/login", login);
  at.open("GET", "/auth/login", refresh);
  for (const area of ["auth", "devices", "objects", "trails"] as const) {
    at.guarded(undefined, "GET", `/${area}/auth_status`, authStatus);
  }
}
