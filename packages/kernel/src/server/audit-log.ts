import { appendFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../errors/understudy-error.ts";
import type { Logger } from "../log/logger.ts";
import { redact } from "../log/redact.ts";
import { type ByteCount, type Instant, mib, toIso } from "../time/units.ts";
import type { Audit, AuditEntry } from "./audit.ts";

export interface AuditLogOptions {
  readonly now: () => Instant;
  readonly log: Logger;
  /** Folder for `audit.jsonl`; absent: in memory only. */
  readonly folder?: string;
  /** The newest entries kept in memory. */
  readonly remembered?: number;
  /** The file is rotated beyond this size. */
  readonly maxFileBytes?: ByteCount;
  /** Rotated files kept: `audit.1.jsonl` is the newest. */
  readonly maxFiles?: number;
}

const DEFAULT_AUDIT_LIMITS = { remembered: 1_000, maxFileBytes: mib(10), maxFiles: 5, waiting: 10_000 } as const;

/** Longer details are replaced by their length; in characters of JSON. */
const MAX_DETAILS = 4_096;

/**
 * Keeps the audit of one process: one JSON line per change in a file that is only added to, and the newest entries in memory.
 * Lines wait (at most 10,000) while the disk is busy; what cannot be written is counted in `lost` and logged once.
 */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions;
  readonly #remembered: AuditEntry[] = [];
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #size: number | undefined;
  #lost = 0;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** The newest entries, oldest first. */
  get entries(): readonly AuditEntry[] {
    return this.#remembered;
  }

  /** Lines that did not reach the file. */
  get lost(): number {
    return this.#lost;
  }

  /** The audit of one server. */
  for(server: string): Audit {
    return { record: (change) => this.#add({ t: this.#options.now(), server, ...change }) };
  }

  /** Resolves when all lines are written or lost. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #add(whole: AuditEntry): void {
    const entry = withBoundedDetails(whole);
    this.#remembered.push(entry);
    if (this.#remembered.length > (this.#options.remembered ?? DEFAULT_AUDIT_LIMITS.remembered))
      this.#remembered.shift();
    const { folder } = this.#options;
    if (folder === undefined) return;
    if (this.#waiting.length >= DEFAULT_AUDIT_LIMITS.waiting) {
      this.#lose(1, "too many entries are waiting");
      return;
    }
    this.#waiting.push(`${JSON.stringify(redact({ ...entry, t: toIso(entry.t) }))}\n`);
    this.#writing ??= this.#write(join(folder, "audit.jsonl")).finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(path: string): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      try {
        await this.#append(path, lines.join(""));
      } catch (error) {
        this.#lose(lines.length, messageOf(error));
      }
    }
  }

  async #append(path: string, text: string): Promise<void> {
    if (this.#size === undefined) {
      await mkdir(dirname(path), { recursive: true });
      this.#size = await sizeOf(path);
    }
    const limit = this.#options.maxFileBytes ?? DEFAULT_AUDIT_LIMITS.maxFileBytes;
    const bytes = Buffer.byteLength(text);
    if (this.#size > 0 && this.#size + bytes > limit) {
      await rotate(path, this.#options.maxFiles ?? DEFAULT_AUDIT_LIMITS.maxFiles);
      this.#size = 0;
    }
    await appendFile(path, text, { mode: 0o600 });
    this.#size += bytes;
  }

  #lose(lines: number, why: string): void {
    if (this.#lost === 0) this.#options.log.warn(`The audit log cannot be written: ${why}`);
    this.#lost += lines;
  }
}

/** A published revision may have megabytes; the log tells their number. */
function withBoundedDetails(entry: AuditEntry): AuditEntry {
  const size = entry.details === undefined ? 0 : JSON.stringify(entry.details).length;
  return size > MAX_DETAILS ? { ...entry, details: `${size} characters` } : entry;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

const numbered = (path: string, n: number): string => path.replace(/\.jsonl$/, `.${n}.jsonl`);

async function rotate(path: string, keep: number): Promise<void> {
  await rm(numbered(path, keep), { force: true });
  for (let n = keep - 1; n >= 1; n--) await renameIfThere(numbered(path, n), numbered(path, n + 1));
  await renameIfThere(path, numbered(path, 1));
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
