import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "../..");
const packages: Readonly<Record<string, LockedPackage>> = JSON.parse(
  readFileSync(join(root, "package-lock.json"), "utf8"),
).packages;

test("the lock names no registry", () => {
  const named = Object.entries(packages).filter(([, { resolved, link }]) => resolved !== undefined && link !== true);
  expect(named.map(([path]) => path)).toEqual([]);
});

test("every locked package can be verified", () => {
  const bare = Object.entries(packages).filter(
    ([path, { integrity, link }]) => /(^|\/)node_modules\//.test(path) && !link && !integrity,
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});

test("the lock holds the native parts for every platform, not only for this one", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
  );
  expect(missing).toEqual([]);
});

/** Whether `name` is locked where Node would look for it from `path`. */
function isLocked(path: string, name: string): boolean {
  const here = path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  if (here in packages) return true;
  return path !== "" && isLocked(path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), name);
}
