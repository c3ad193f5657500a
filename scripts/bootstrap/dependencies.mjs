// Old syntax on purpose: see run.mjs.
import { spawnSync } from "child_process";
import { existsSync, readFileSync } from "fs";
import { join } from "path";

/**
 * Why `npm ci` must run before anything else does, in a few words, or undefined where `node_modules` holds what the lock names. npm notes
 * what it installed in `node_modules/.package-lock.json`; optional packages may be missing there, since some fit other machines.
 */
export function whyInstall(root) {
  const installedFile = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedFile)) return "none are there yet";
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(installedFile);
  const stale = Object.keys(wanted).find((path) => {
    const want = wanted[path];
    if (!path.startsWith("node_modules/") && path.indexOf("/node_modules/") < 0) return false;
    const have = installed[path];
    if (!have) return !want.optional && !want.devOptional && !want.peer;
    return have.version !== want.version || have.integrity !== want.integrity;
  });
  return stale ? `${stale} differs from package-lock.json` : undefined;
}

/** Runs `npm ci` without install scripts; false where it fails, after npm has said why. */
export function installDependencies(root) {
  const npm = process.env.npm_execpath;
  const program =
    npm && /\.c?js$/.test(npm) ? [process.execPath, npm] : [process.platform === "win32" ? "npm.cmd" : "npm"];
  const args = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--loglevel=error"];
  const done = spawnSync(program[0], program.slice(1).concat(args), {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (done.error) console.error(`Cannot run npm: ${done.error.message}`);
  return done.status === 0;
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages || {};
}
