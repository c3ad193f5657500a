/** Members of these names never reach a log, whatever they hold. Compared without case, `-` and `_`. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  "password",
  "passwd",
  "secret",
  "clientsecret",
  "token",
  "accesstoken",
  "refreshtoken",
  "jointoken",
  "autojointoken",
  "authorization",
  "proxyauthorization",
  "cookie",
  "setcookie",
  "apikey",
  "xpankey",
  "privatekey",
  "challenge",
  "otp",
]);

const REDACTED = "[redacted]";
/** Deeper members are cut, so that a log line stays a line. */
const MAX_DEPTH = 6;

const isSecretName = (name: string): boolean => SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ""));

/** A copy without secrets. Errors become their name, code and message; what is nested deeper than six levels becomes `[deep]`. */
export function redact(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(data, 0);
}

function redactObject(data: object, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    result[name] = isSecretName(name) ? REDACTED : redactValue(value, depth + 1);
  }
  return result;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (depth >= MAX_DEPTH) return "[deep]";
  return Array.isArray(value) ? value.map((item) => redactValue(item, depth + 1)) : redactObject(value, depth);
}

function describeError(error: Error): Record<string, unknown> {
  const code = "code" in error ? { code: error.code } : {};
  return {
    name: error.name,
    ...code,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}
