import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Workspace } from "./workspaces.ts";

/** What says, for all packages, how they are built and what is bundled with them. */
const SETTINGS = [
  "package-lock.json",
  "scripts/build/bundle-programs.ts",
  "scripts/build/compile-package.ts",
  "tsconfig.base.json",
  "tsconfig.build.json",
];

/** What a package's dist/ was built from: its own sources, the settings of the build, and the stamps of the packages it stands on. */
export async function stampOf(root: string, workspace: Workspace, below: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  const files: string[] = [];
  for await (const file of glob("{src/**/*.*,package.json,tsconfig.build.json}", { cwd: workspace.path }))
    files.push(file);
  const settings = SETTINGS.map((file) => join(root, file));
  for (const file of [...files.sort().map((name) => join(workspace.path, name)), ...settings]) {
    hash
      .update(`${file.slice(root.length)}\n`)
      .update(await readFile(file))
      .update("\n");
  }
  for (const stamp of below) hash.update(stamp);
  return hash.digest("hex");
}

const stampFile = (root: string, workspace: Workspace): string =>
  join(root, "node_modules/.cache/understudy-build", workspace.folder);

/** True when dist/ is there and was built from exactly this. */
export async function isBuilt(root: string, workspace: Workspace, stamp: string): Promise<boolean> {
  if (!existsSync(join(workspace.path, "dist/index.js"))) return false;
  return (await readFile(stampFile(root, workspace), "utf8").catch(() => "")) === stamp;
}

export async function noteBuilt(root: string, workspace: Workspace, stamp: string): Promise<void> {
  await mkdir(join(root, "node_modules/.cache/understudy-build"), { recursive: true });
  await writeFile(stampFile(root, workspace), stamp);
}
