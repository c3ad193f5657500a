/** Parameters by name; a name given twice keeps the last value. */
export type Parameters = Readonly<Record<string, string>>;

/**
 * Reads `a=1&b=2` with `+` and `%xx` decoded as UTF-8. A `%` without two hex digits stands for itself.
 * `undefined` when a value is not UTF-8.
 */
export function parseForm(text: string): Parameters | undefined {
  const pairs: [string, string][] = [];
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = decode(equals < 0 ? "" : pair.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return Object.fromEntries(pairs);
}

/** Writes parameters so that {@link parseForm} gives them back. */
export const writeForm = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");

const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

function decode(raw: string): string | undefined {
  const spaced = raw.includes("+") ? raw.replaceAll("+", " ") : raw;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced.replace(/%(?![0-9a-fA-F]{2})/g, "%25"));
  } catch {
    return undefined; // URIError: the bytes are not UTF-8
  }
}
