import type { Endpoints } from "../http/endpoints.ts";
import { authStatus, login, refresh } from "./login.ts";
import { createAccount, createSession, getAccount, listAccounts } from "./sign-up.ts";

/** Everything below `/auth`, and the status of a token wherever it is asked for. */
export function authEndpoints(at: Endpoints): void {
  at.open("POST", "/auth/login", login);
  at.open("GET", "/auth/login", refresh);
  at.open("POST", "/auth/accounts", createAccount);
  at.open("POST", "/auth/sessions", createSession);
  at.guarded(undefined, "GET", "/auth/accounts", listAccounts);
  at.guarded(undefined, "GET", "/auth/", getAccount);
  for (const area of ["auth", "devices", "objects", "trails"] as const) {
    at.guarded(undefined, "GET", `/${area}/auth_status`, authStatus);
  }
}
