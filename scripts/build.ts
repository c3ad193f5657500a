import { dirname } from "node:path";
import process from "node:process";
import { isBuilt, noteBuilt, stampOf } from "./build/build-stamp.ts";
import { inBuildTurn } from "./build/build-turn.ts";
import { compilePackage } from "./build/compile-package.ts";
import { inBuildOrder, readWorkspaces } from "./build/workspaces.ts";

// `npm run build [-- PACKAGE…]`: compiles the named packages (default: all) and those they stand on into their dist/ folders. What is built from
// the very same sources already is left alone.
const root = dirname(import.meta.dirname);
const workspaces = await readWorkspaces(root);
process.exitCode = await inBuildTurn(root, build);

async function build(): Promise<number> {
  const stamps = new Map<string, string>();
  for (const workspace of inBuildOrder(workspaces, process.argv.slice(2))) {
    const below = workspace.dependencies.flatMap((name) => stamps.get(name) ?? []);
    const stamp = await stampOf(root, workspace, below);
    stamps.set(workspace.name, stamp);
    if (await isBuilt(root, workspace, stamp)) continue;
    const begun = performance.now();
    const { ok, output } = await compilePackage(workspace);
    if (!ok) {
      console.error(`${output}\n${workspace.name}: not built`);
      return 1;
    }
    await noteBuilt(root, workspace, stamp);
    console.log(`${workspace.name}: built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
  return 0;
}
