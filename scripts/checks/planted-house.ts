import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ToolResult } from "../tools/run-tool.ts";
import { type Check, runCheck } from "./checks.ts";

const root = dirname(dirname(import.meta.dirname));
const configuration = [
  ".dependency-cruiser.mjs",
  ".gitignore",
  ".oxlintrc.json",
  "biome.json",
  "knip.json",
  "package.json",
  "tsconfig.base.json",
  "tsconfig.json",
];
const packages = ["kernel", "pantavisor", "panos", "edge", "fleet", "cli"];

/** A small house of its own in a temporary folder, under our configuration, in which a test plants what a check must find. */
export interface PlantedHouse extends AsyncDisposable {
  check(check: Check): Promise<ToolResult>;
}

/**
 * Builds a house that holds only `files` (path to text) and an `index.ts` in each package where none is given. Its `node_modules` is ours,
 * except that packages of the house are those of the temporary folder.
 */
export async function plantHouse(files: Readonly<Record<string, string>>): Promise<PlantedHouse> {
  const house = await mkdtemp(join(tmpdir(), "understudy-planted-"));
  for (const file of configuration) await cp(join(root, file), join(house, file));
  await linkModules(house);
  for (const name of packages) {
    await write(
      house,
      `packages/${name}/package.json`,
      await readFile(join(root, "packages", name, "package.json"), "utf8"),
    );
    await write(house, `packages/${name}/src/index.ts`, "export {};\n");
  }
  for (const place of ["scripts", "bench", "examples"]) await write(house, `${place}/nothing.ts`, "export {};\n");
  for (const [path, text] of Object.entries(files)) await write(house, path, text);
  return {
    check: (check) => runCheck(check, house),
    [Symbol.asyncDispose]: () => rm(house, { recursive: true, force: true }),
  };
}

async function linkModules(house: string): Promise<void> {
  const modules = join(house, "node_modules");
  await mkdir(join(modules, "@understudy"), { recursive: true });
  for (const entry of await readdir(join(root, "node_modules"))) {
    if (entry === "@understudy" || entry === "understudy" || entry.startsWith(".cache")) continue;
    await symlink(join(root, "node_modules", entry), join(modules, entry));
  }
  for (const name of packages) {
    const link = name === "cli" ? "understudy" : `@understudy/${name}`;
    await symlink(join(house, "packages", name), join(modules, link));
  }
}

async function write(house: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(house, path)), { recursive: true });
  await writeFile(join(house, path), text);
}
