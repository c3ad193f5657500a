// Old syntax on purpose: see find-node.mjs.
import { existsSync } from "fs";
import * as module from "module";
import { tmpdir } from "os";
import { dirname, join } from "path";
import { fileURLToPath, pathToFileURL } from "url";
import { findInstalledNode, isThisNodeNewEnough, tooOldLine } from "./find-node.mjs";
import { endWithNpm, runChild } from "./run-child.mjs";

const home = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Runs the program `name`: in a checkout its source `src/bin/NAME.ts`, in a published package the compiled `dist/bin/NAME.js`. Under a
 * Node that is too old it starts again under a newer one that npm installed nearby, or says in one line what is missing (exit code 1).
 */
export function launch(name) {
  endWithNpm();
  const source = join(home, "src", "bin", `${name}.ts`);
  const compiled = join(home, "dist", "bin", `${name}.js`);
  const isCheckout = existsSync(source);
  if (!isCheckout && isThisNodeNewEnough()) {
    if (module.enableCompileCache) module.enableCompileCache();
    void import(pathToFileURL(compiled).href);
    return;
  }
  const node = isThisNodeNewEnough() ? process.execPath : findInstalledNode([home, process.cwd()]);
  if (!node) {
    console.error(tooOldLine(name));
    process.exit(1);
  }
  const program = isCheckout ? sourceArguments(source) : ["--disable-warning=ExperimentalWarning", compiled];
  runChild(node, program.concat(process.argv.slice(2)), compileCache());
}

/** What Node needs to run a program of ours from its sources. */
export function sourceArguments(source) {
  return ["--conditions=understudy-source", "--disable-warning=ExperimentalWarning", source];
}

/** The environment that makes Node keep compiled code between starts; the user's own setting wins. */
export function compileCache() {
  return { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(tmpdir(), "node-compile-cache") };
}
