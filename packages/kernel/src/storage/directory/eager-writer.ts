import type { FileHandle } from "node:fs/promises";

/** Small chunks are gathered to writes of about this size. */
const WRITE_BYTES = 1024 * 1024;
/** The disk is set to work after so many bytes, so that the sync at the end finds little left to do. */
const SYNC_BYTES = 64 * 1024 * 1024;

const nothing = (): void => {};

/** Writes a stream to the end of a file: while one part is being written the next is gathered, and the disk works along. */
export class EagerWriter {
  readonly #file: FileHandle;
  #gathered: Uint8Array[] = [];
  #size = 0;
  #unsynced = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> = Promise.resolve();
  #isSyncing = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Resolves when there is room for more. Rejects with what an earlier write failed of. */
  async add(chunk: Uint8Array): Promise<void> {
    this.#gathered.push(chunk);
    this.#size += chunk.length;
    if (this.#size < WRITE_BYTES) return;
    await this.#writing;
    this.#flush();
  }

  /** Resolves when everything is on the disk. */
  async end(): Promise<void> {
    await this.#writing;
    this.#flush();
    await this.#writing;
    await this.#syncing;
    await this.#file.sync();
  }

  /** Waits for what is under way; nothing may use the file before. Never rejects. */
  async rest(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing]);
  }

  #flush(): void {
    if (this.#size === 0) return;
    const part = this.#gathered.length === 1 ? this.#gathered[0] : Buffer.concat(this.#gathered, this.#size);
    this.#unsynced += this.#size;
    this.#gathered = [];
    this.#size = 0;
    this.#writing = this.#file.writeFile(part ?? new Uint8Array());
    this.#writing.catch(nothing); // told by whoever waits for it next
    if (this.#unsynced >= SYNC_BYTES && !this.#isSyncing) this.#sync();
  }

  #sync(): void {
    this.#unsynced = 0;
    this.#isSyncing = true;
    this.#syncing = this.#writing
      .then(() => this.#file.datasync())
      .finally(() => {
        this.#isSyncing = false;
      });
    this.#syncing.catch(nothing); // told by end()
  }
}
