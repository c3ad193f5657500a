import type { Credentials } from "../../wire/api/request.ts";
import type { Settings } from "../settings.ts";

/** The administrator whose credentials these are; `undefined` when they are nobody's. */
export function authenticate(settings: Settings, credentials: Credentials): string | undefined {
  switch (credentials.kind) {
    case "key":
      return credentials.key === settings.apiKey ? (settings.users[0]?.username ?? "admin") : undefined;
    case "basic":
      return login(settings, credentials.user, credentials.password);
    case "none":
      return undefined;
  }
}

/** The administrator, when name and password fit. */
export function login(settings: Settings, username: string, password: string): string | undefined {
  return settings.users.find((user) => user.username === username && user.password === password)?.username;
}
