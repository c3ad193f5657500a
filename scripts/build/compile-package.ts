import { cp, glob, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { runTool, type ToolResult } from "../tools/run-tool.ts";
import { bundlePrograms } from "./bundle-programs.ts";
import type { Workspace } from "./workspaces.ts";

/** Folders under src/ that only tests read. */
const ONLY_FOR_TESTS = ["fixtures", "recordings"];

const compiler = join(import.meta.dirname, "../../node_modules/typescript-native/bin/tsc");

/** Compiles one package from src/ into a fresh dist/: JavaScript, declarations, the files beside them that are not TypeScript; its programs in bundles. */
export async function compilePackage(workspace: Workspace): Promise<ToolResult> {
  const target = join(workspace.path, "dist");
  await rm(target, { recursive: true, force: true });
  const result = await runTool(compiler, ["-p", "tsconfig.build.json"], { cwd: workspace.path });
  if (!result.ok) return result;
  await copyAssets(join(workspace.path, "src"), target);
  await renameLocatedFiles(target);
  await bundlePrograms(target);
  return result;
}

/** Copies what the compiler leaves behind: JSON, SQL, pages and the like. */
async function copyAssets(source: string, target: string): Promise<void> {
  await cp(source, target, {
    recursive: true,
    filter: (path) => !path.endsWith(".ts") && !ONLY_FOR_TESTS.includes(basename(path)),
  });
}

/** `new URL("./cell-worker.ts", import.meta.url)` names a file the compiler does not look at: in dist/ it ends in .js. */
async function renameLocatedFiles(target: string): Promise<void> {
  for await (const file of glob(`**${sep}*.js`, { cwd: target })) {
    const text = await readFile(join(target, file), "utf8");
    const renamed = text.replaceAll(/(new URL\("\.[^"]*)\.ts(", import\.meta\.url\))/g, "$1.js$2");
    if (renamed !== text) await writeFile(join(target, file), renamed);
  }
}
