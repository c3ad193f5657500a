// Old syntax on purpose: see find-node.mjs.
import { spawn } from "child_process";
import { dirname, join } from "path";
import { fileURLToPath, pathToFileURL } from "url";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2", "SIGWINCH"];

/** One key press reaches us twice, from the terminal and again through npm: the same signal within this time is one signal. */
const SAME_SIGNAL_MS = 1000;

const leash = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), "leash.mjs")).href;

/** How often a process that npm started looks whether npm is still there. */
const PARENT_CHECK_MS = 250;

/**
 * Ends this process by SIGTERM when the one that started it is gone, where that was npm or npx: they pass a signal only to the shell between
 * us, which dies of it and tells nobody.
 */
export function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    process.kill(process.pid, "SIGTERM");
  }, PARENT_CHECK_MS);
  check.unref();
}

/**
 * Runs Node in our place until it ends: same terminal, folder and environment (changed by `env`); each signal reaches it exactly once;
 * then this process ends as the child did, by the same exit code or the same signal.
 */
export function runChild(node, args, env) {
  const child = spawn(node, ["--import", leash].concat(args), {
    // A process group of its own: otherwise the terminal signals the child, and so do we.
    detached: process.platform !== "win32",
    env: Object.assign({}, process.env, env, { UNDERSTUDY_LEASH: String(process.pid) }),
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const lastAt = {};
  FORWARDED.forEach((signal) => {
    process.on(signal, () => {
      const now = Date.now();
      const isEcho = signal !== "SIGWINCH" && now - (lastAt[signal] || 0) < SAME_SIGNAL_MS;
      if (isEcho) return;
      lastAt[signal] = now;
      child.kill(signal);
    });
  });
  process.on("SIGTSTP", () => {
    child.kill("SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", () => child.kill("SIGCONT"));
  child.on("error", (error) => {
    console.error(`Cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    FORWARDED.forEach((name) => {
      process.removeAllListeners(name);
    });
    process.kill(process.pid, signal);
  });
}
