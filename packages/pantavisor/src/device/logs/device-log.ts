import type { Storage } from "@understudy/kernel";
import { type LogLine, renderLogLine } from "../../wire/log-entries.ts";
import { logFile, logOffsetFile } from "../layout.ts";

/** A log file that has grown beyond this is set aside; the one that was set aside before is dropped. */
export const MAX_LOG_BYTES = 1024 * 1024;
/** Lines that may wait for the end of their episode; further ones are counted and dropped. */
const MAX_WAITING = 1_000;

/** The lines of an episode on their way to the log file. Empty between episodes. */
export class DeviceLog {
  #lines: LogLine[] = [];
  #dropped = 0;

  add(line: LogLine): void {
    if (this.#lines.length < MAX_WAITING) this.#lines.push(line);
    else this.#dropped++;
  }

  /** Writes what waits to the log of a revision. */
  async flush(storage: Storage, revision: string): Promise<void> {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    const last = lines.at(-1);
    if (this.#dropped > 0 && last !== undefined)
      lines.push({ ...last, subsystem: "logger", message: `${this.#dropped} lines dropped` });
    this.#dropped = 0;
    const file = logFile(revision);
    if (((await storage.stat(file))?.size ?? 0) > MAX_LOG_BYTES) await setAside(storage, revision);
    await storage.append(file, lines.map(renderLogLine).join(""));
  }
}

async function setAside(storage: Storage, revision: string): Promise<void> {
  await storage.rename(logFile(revision), `${logFile(revision)}.1`);
  await storage.write(logOffsetFile(revision), "0");
}
