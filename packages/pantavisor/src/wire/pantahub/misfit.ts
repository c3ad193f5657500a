import { WireError } from "@understudy/kernel";

/** The error for a member of a wrong shape: `body.rev: found a string; expected an integer`. */
export function misfit(path: string, found: unknown, accepted: string): WireError {
  const described = describe(found);
  const details = { reason: "shape", path, found: described, accepted };
  return new WireError(`${path}: found ${described}; expected ${accepted}`, details);
}

/** The same for a value beyond a bound; a server answers 413. */
export function tooMuch(path: string, found: string, accepted: string): WireError {
  const details = { reason: "too-large", path, found, accepted };
  return new WireError(`${path}: found ${found}; expected ${accepted}`, details);
}

/** Short, whatever was found. */
function describe(found: unknown): string {
  if (found === null) return "null";
  if (Array.isArray(found)) return "an array";
  if (typeof found === "object") return "an object";
  const text = String(found);
  return JSON.stringify(text.length <= 40 ? found : `${text.slice(0, 37)}...`) ?? "nothing";
}
