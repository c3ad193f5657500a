import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 200;
const PATIENCE_MS = 10 * 60_000;

/** Does `work` while no other process of this checkout builds: two that pack at once would pull dist/ from under each other. */
export async function inBuildTurn<T>(root: string, work: () => Promise<T>): Promise<T> {
  const folder = join(root, "node_modules/.cache");
  const lock = join(folder, "understudy-build.lock");
  await mkdir(folder, { recursive: true });
  for (let waited = 0; !(await taken(lock)); waited += POLL_MS) {
    if (waited > PATIENCE_MS) throw new Error(`Another build seems to be stuck; if none is running, remove ${lock}`);
    await wait(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** True when the lock is ours now. A lock whose process is gone is removed. */
async function taken(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx");
    await file.write(String(process.pid));
    await file.close();
    return true;
  } catch {
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    if (holder > 0 && !isRunning(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
