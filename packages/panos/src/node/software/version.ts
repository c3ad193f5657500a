/** A release such as `10.1.6-h3`: numbers, then a hotfix or a tag of what came before the release. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly maintenance: number;
  /** Hotfix number; 0 for the plain release; negative for betas and the like, which come before it. */
  readonly suffix: number;
}

/** The releases that introduced features, in order. */
export const FEATURE_RELEASES = ["8.1", "9.0", "9.1", "10.0", "10.1", "10.2", "11.0", "11.1", "11.2", "12.1"] as const;

/** Base images with another maintenance number than 0. */
const OTHER_BASES: Readonly<Record<string, string>> = { "12.1": "12.1.2" };

/** `undefined` when the text is no version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:-(h|b|c)(\d{1,4})|-(xfr)(?:\.\d+)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, maintenance, letter, number, xfr] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    maintenance: Number(maintenance),
    suffix: suffixOf(letter, Number(number), xfr),
  };
}

function suffixOf(letter: string | undefined, number: number, xfr: string | undefined): number {
  if (letter === "h") return number;
  if (letter === "b") return number - 20_000;
  if (letter === "c") return number - 10_000;
  return xfr === undefined ? 0 : -1;
}

/** Negative when `a` is older. Texts that are no versions come before all others, by code unit. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined)
    return left === right ? (a < b ? -1 : Number(a > b)) : left === undefined ? -1 : 1;
  return (
    left.major - right.major ||
    left.minor - right.minor ||
    left.maintenance - right.maintenance ||
    left.suffix - right.suffix
  );
}

/** Newest first. */
export const newestFirst = (versions: Iterable<string>): readonly string[] =>
  [...versions].sort((a, b) => compareVersions(b, a));

/** Such as `10.1` of `10.1.6-h3`. */
export function featureRelease(version: string): string | undefined {
  const parsed = parseVersion(version);
  return parsed === undefined ? undefined : `${parsed.major}.${parsed.minor}`;
}

/** The image a feature release is built on, such as `11.1.0`. */
export const baseImage = (feature: string): string => OTHER_BASES[feature] ?? `${feature}.0`;

/** Place in the order of feature releases; -1 when it is not one of them. */
export const featureIndex = (feature: string | undefined): number =>
  (FEATURE_RELEASES as readonly (string | undefined)[]).indexOf(feature);
