import { dirname } from "node:path";
import process from "node:process";
import { compilePackage } from "./build/compile-package.ts";
import { inBuildOrder, readWorkspaces } from "./build/workspaces.ts";

// `npm run build [-- PACKAGE…]`: compiles the named packages (default: all) and those they stand on into their dist/ folders.
const workspaces = await readWorkspaces(dirname(import.meta.dirname));
for (const workspace of inBuildOrder(workspaces, process.argv.slice(2))) {
  const begun = performance.now();
  const { ok, output } = await compilePackage(workspace);
  if (!ok) {
    console.error(`${output}\n${workspace.name}: not built`);
    process.exit(1);
  }
  console.log(`${workspace.name}: built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
