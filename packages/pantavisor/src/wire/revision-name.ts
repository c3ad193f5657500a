/** Name of a revision: the hub's are decimal numbers (`0` is the factory's), local ones are `locals/<name>`. */
const LOCAL = "locals/";

/** Letters, digits, `.`, `-`, `_` and `/`; no empty part, and none that is `.` or `..`. */
export function isRevisionName(name: string): boolean {
  return (
    name.length <= 255 &&
    /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(name) &&
    !name.split("/").some((part) => part === "." || part === "..")
  );
}

export const isLocalRevision = (name: string): boolean => name.startsWith(LOCAL);

/** The number of a revision that came from the hub; `undefined` for local ones. */
export function hubRevision(name: string): number | undefined {
  if (!/^\d{1,15}$/.test(name)) return undefined;
  return Number(name);
}

/** `locals/<name>` with a name of 1 to 64 characters. */
export const isUploadName = (name: string): boolean =>
  isLocalRevision(name) &&
  isRevisionName(name) &&
  name.length > LOCAL.length &&
  name.length <= LOCAL.length + 64 &&
  !name.slice(LOCAL.length).includes("/");

/** 64 lower-case hex digits, as objects are named. */
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
