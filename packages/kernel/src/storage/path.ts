import { StorageError } from "./storage.ts";

/** Longest path in bytes of UTF-8. */
export const MAX_PATH_BYTES = 1024;
/** Longest part of a path in bytes of UTF-8: what host file systems take. */
export const MAX_PART_BYTES = 255;
/** Names that begin so are the backends' own (half-written files); nobody else may use them. */
export const RESERVED_PREFIX = ".understudy-";
/** How many links one path may lead through. */
export const MAX_LINKS = 40;

/** Gives the path back if it may name a file of a storage; throws `bad-path` otherwise. */
export function checkPath(path: string): string {
  const problem = problemOf(path);
  if (problem !== undefined) throw badPath(path, problem);
  return path;
}

/** Like {@link checkPath}, but takes the empty path for the root folder. */
export const checkFolder = (path: string): string => (path === "" ? path : checkPath(path));

export const badPath = (path: string, problem: string): StorageError =>
  new StorageError("bad-path", `The path ${JSON.stringify(path.slice(0, 200))} cannot be used: ${problem}.`, { path });

function problemOf(path: string): string | undefined {
  if (path.length === 0) return "it is empty";
  if (path.length > MAX_PATH_BYTES / 3 && Buffer.byteLength(path) > MAX_PATH_BYTES)
    return `it is longer than ${MAX_PATH_BYTES} bytes`;
  if (!path.isWellFormed()) return "it is not well-formed Unicode";
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    const unit = at < path.length ? path.charCodeAt(at) : SLASH;
    if (unit === 0) return "it contains NUL";
    if (unit !== SLASH) continue;
    const problem = problemOfPart(path, start, at);
    if (problem !== undefined) return problem;
    start = at + 1;
  }
  return undefined;
}

const SLASH = 47;
const DOT = 46;

function problemOfPart(path: string, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0) return start === 0 ? "it begins with a slash" : "it has an empty part";
  if (length > MAX_PART_BYTES / 3 && Buffer.byteLength(path.slice(start, end)) > MAX_PART_BYTES) {
    return `a part of it is longer than ${MAX_PART_BYTES} bytes`;
  }
  if (path.charCodeAt(start) !== DOT) return undefined;
  if (length === 1 || (length === 2 && path.charCodeAt(start + 1) === DOT)) return 'it has a part "." or ".."';
  return path.startsWith(RESERVED_PREFIX, start) ? `names beginning with ${RESERVED_PREFIX} are reserved` : undefined;
}

/**
 * Where a link leads: its text taken from the folder it stands in. `undefined` when it leads out of the storage (absolute
 * texts do) or to the root itself, or is no path at all.
 */
export function linkDestination(link: string, target: string): string | undefined {
  if (target.startsWith("/")) return undefined;
  const parts = link.split("/");
  parts.pop();
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  const destination = parts.join("/");
  return problemOf(destination) === undefined ? destination : undefined;
}

/** Folders that contain a path, outermost first: `a`, `a/b` of `a/b/c`. */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders.push(path.slice(0, at));
  return folders;
}
