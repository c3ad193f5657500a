import { linkDestination, MAX_LINKS } from "./path.ts";

/**
 * Follows the links in a path; the one at its end only with `follow`. `undefined` when a link leads out of the storage, to its root,
 * or nowhere at all because links lead in circles.
 */
export function resolvePath(
  path: string,
  last: "follow" | "keep",
  targetOf: (path: string) => string | undefined,
): string | undefined {
  let current = path;
  let from = 0;
  for (let links = 0; links <= MAX_LINKS; ) {
    const slash = current.indexOf("/", from);
    if (slash < 0 && last === "keep") return current;
    const part = slash < 0 ? current : current.slice(0, slash);
    const target = targetOf(part);
    if (target === undefined) {
      if (slash < 0) return current;
      from = slash + 1;
      continue;
    }
    const destination = linkDestination(part, target);
    if (destination === undefined) return undefined;
    current = destination + current.slice(part.length);
    from = 0;
    links++;
  }
  return undefined;
}
