/**
 * `pantahub.config`: `KEY=value` lines. The key is the text before the first `=`, untrimmed; the value all after it, without
 * blanks and tabs at its ends; `#` in column 1 starts a comment; an empty value counts as absent; the last line of a key wins.
 */
export type ConfigValues = ReadonlyMap<string, string>;

/** Larger files are refused. */
export const MAX_CONFIG_BYTES = 10 * 1024;

interface Line {
  readonly text: string;
  readonly key: string | undefined;
  readonly value: string;
}

export function parseConfig(text: string): ConfigValues {
  const values = new Map<string, string>();
  for (const { key, value } of linesOf(text)) {
    if (key === undefined || value === "") continue;
    values.delete(key); // the place of a key is that of the line that counts
    values.set(key, value);
  }
  return values;
}

/**
 * The file with that key set: its line is replaced where it stands (further lines of the key go), or added at the end.
 * Comments stay, empty lines go. `undefined` as value removes the key. Throws `RangeError` for what no line can hold.
 */
export function setConfig(text: string, key: string, value: string | undefined): string {
  if (!/^[^=#\r\n][^=\r\n]*$/.test(key)) throw new RangeError(`"${key}" cannot be a key of a configuration file`);
  if (value !== undefined && (/[\r\n]/.test(value) || value.trim() === "")) {
    throw new RangeError(`The value of ${key} must be one line and not empty`);
  }
  const kept: string[] = [];
  let placed = value === undefined;
  for (const line of linesOf(text)) {
    if (line.key !== key) kept.push(line.text);
    else if (!placed) {
      kept.push(`${key}=${value}`);
      placed = true;
    }
  }
  if (!placed) kept.push(`${key}=${value}`);
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

/** Sets several keys, in order. */
export const setConfigAll = (text: string, values: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(values).reduce((now, [key, value]) => setConfig(now, key, value), text);

function linesOf(text: string): readonly Line[] {
  return text
    .split("\n")
    .map((raw): Line => {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      const equals = line.indexOf("=");
      if (line.startsWith("#") || equals <= 0) return { text: line, key: undefined, value: "" };
      return {
        text: line,
        key: line.slice(0, equals),
        value: line.slice(equals + 1).replace(/^[ \t\r]+|[ \t\r]+$/g, ""),
      };
    })
    .filter((line) => line.text.trim() !== "");
}
