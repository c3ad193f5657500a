/** The control socket's endpoints, by what they do. */
export type ControlAction =
  | "list-containers"
  | "control-container"
  | "list-groups"
  | "signal"
  | "list-objects"
  | "get-object"
  | "put-object"
  | "list-steps"
  | "get-step"
  | "put-step"
  | "get-progress"
  | "put-commit-message"
  | "list-user-metadata"
  | "put-user-metadata"
  | "delete-user-metadata"
  | "list-device-metadata"
  | "put-device-metadata"
  | "delete-device-metadata"
  | "build-info"
  | "list-drivers"
  | "load-drivers"
  | "unload-drivers"
  | "load-driver"
  | "unload-driver"
  | "command"
  | "config"
  | "config-layers"
  | "service-graph"
  | "list-daemons"
  | "control-daemon"
  | "collect-garbage"
  | "wakelocks";

export type ControlMethod = "GET" | "PUT" | "POST" | "DELETE";

interface Route {
  readonly path: string;
  readonly method: ControlMethod;
  readonly action: ControlAction;
}

const route = (method: ControlMethod, path: string, action: ControlAction): Route => ({ method, path, action });

/** Routes without a variable part: the whole path must be equal. */
const EXACT: readonly Route[] = [
  route("GET", "/containers", "list-containers"),
  route("GET", "/groups", "list-groups"),
  route("POST", "/signal", "signal"),
  route("GET", "/objects", "list-objects"),
  route("GET", "/steps", "list-steps"),
  route("GET", "/user-meta", "list-user-metadata"),
  route("GET", "/device-meta", "list-device-metadata"),
  route("GET", "/buildinfo", "build-info"),
  route("GET", "/drivers", "list-drivers"),
  route("PUT", "/drivers/load", "load-drivers"),
  route("PUT", "/drivers/unload", "unload-drivers"),
  route("POST", "/commands", "command"),
  route("GET", "/config", "config"),
  route("GET", "/config2", "config-layers"),
  route("GET", "/xconnect-graph", "service-graph"),
  route("GET", "/daemons", "list-daemons"),
  route("POST", "/storage/gc", "collect-garbage"),
  route("GET", "/wakelocks", "wakelocks"),
];

/** Routes with variable parts (`{}`), in the order they are tried. Empty parts of a path do not count. */
const PATTERNS: readonly Route[] = [
  route("PUT", "/containers/{}", "control-container"),
  route("GET", "/objects/{}", "get-object"),
  route("PUT", "/objects/{}", "put-object"),
  route("GET", "/steps/{}/progress", "get-progress"),
  route("GET", "/steps/locals/{}/progress", "get-progress"),
  route("PUT", "/steps/{}/commitmsg", "put-commit-message"),
  route("PUT", "/steps/locals/{}/commitmsg", "put-commit-message"),
  route("GET", "/steps/locals/{}", "get-step"),
  route("PUT", "/steps/locals/{}", "put-step"),
  route("GET", "/steps/{}", "get-step"),
  route("PUT", "/user-meta/{}", "put-user-metadata"),
  route("DELETE", "/user-meta/{}", "delete-user-metadata"),
  route("PUT", "/device-meta/{}", "put-device-metadata"),
  route("DELETE", "/device-meta/{}", "delete-device-metadata"),
  route("PUT", "/drivers/{}/load", "load-driver"),
  route("PUT", "/drivers/{}/unload", "unload-driver"),
  route("PUT", "/daemons/{}", "control-daemon"),
];

const EXACT_BY_PATH: ReadonlyMap<string, readonly Route[]> = Map.groupBy(EXACT, ({ path }) => path);
const SPLIT_PATTERNS = PATTERNS.map((entry) => ({ ...entry, parts: entry.path.slice(1).split("/") }));

/** Longest path, and longest part of one. */
export const MAX_PATH = 8192;
export const MAX_PART = 255;
/** Parts of a path that pattern routes look at. */
const MAX_PARTS = 10;

export type Match =
  | {
      readonly kind: "found";
      readonly action: ControlAction;
      readonly parts: readonly string[];
      readonly exact: boolean;
    }
  /** The path exists with other methods; `exact` says which text a caller without privilege gets. */
  | { readonly kind: "wrong-method"; readonly exact: boolean }
  | { readonly kind: "unknown" }
  | { readonly kind: "too-long" }
  | { readonly kind: "part-too-long" };

/** Finds what a request is for. `path` is without its query. */
export function matchControl(method: string, path: string): Match {
  if (path.length > MAX_PATH) return { kind: "too-long" };
  const exact = EXACT_BY_PATH.get(path);
  if (exact !== undefined) {
    const found = exact.find((entry) => entry.method === method);
    if (found !== undefined) return { kind: "found", action: found.action, parts: [], exact: true };
  }
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.some((part) => part.length > MAX_PART)) return { kind: "part-too-long" };
  const fitting = parts.length <= MAX_PARTS ? SPLIT_PATTERNS.filter((entry) => fits(entry.parts, parts)) : [];
  const found = fitting.find((entry) => entry.method === method);
  if (found !== undefined) return { kind: "found", action: found.action, parts, exact: false };
  if (exact !== undefined) return { kind: "wrong-method", exact: true };
  return fitting.length > 0 ? { kind: "wrong-method", exact: false } : { kind: "unknown" };
}

const fits = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length && pattern.every((part, at) => part === "{}" || part === parts[at]);
