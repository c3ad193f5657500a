import type { Body } from "../network/http.ts";
import type { Blob, Blobs } from "../storage/blob.ts";
import type { FileStat, Storage } from "../storage/storage.ts";
import type { Life } from "./life.ts";

/** A storage that stops answering when the power is gone. */
export class GuardedStorage implements Storage {
  readonly #life: Life;
  readonly #storage: Storage;

  constructor(life: Life, storage: Storage) {
    this.#life = life;
    this.#storage = storage;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#life.guard(this.#storage.read(path));
  }
  readText(path: string): Promise<string | undefined> {
    return this.#life.guard(this.#storage.readText(path));
  }
  write(path: string, content: Uint8Array | string, options?: { readonly mode?: number }): Promise<void> {
    return this.#life.write(`write ${path}`, () => this.#storage.write(path, content, options));
  }
  append(path: string, content: Uint8Array | string): Promise<void> {
    return this.#life.write(`append ${path}`, () => this.#storage.append(path, content));
  }
  place(path: string, blob: Blob): Promise<void> {
    return this.#life.write(`place ${path}`, () => this.#storage.place(path, blob));
  }
  receive(path: string, body: Body, options?: { readonly from?: number; readonly limit?: number }): Promise<number> {
    return this.#life.write(`receive ${path}`, () => this.#storage.receive(path, body, options));
  }
  blob(path: string): Promise<Blob | undefined> {
    return this.#life.guard(this.#storage.blob(path));
  }
  rename(from: string, to: string): Promise<void> {
    return this.#life.write(`rename ${to}`, () => this.#storage.rename(from, to));
  }
  remove(path: string): Promise<void> {
    return this.#life.write(`remove ${path}`, () => this.#storage.remove(path));
  }
  link(path: string, target: string): Promise<void> {
    return this.#life.write(`link ${path}`, () => this.#storage.link(path, target));
  }
  readLink(path: string): Promise<string | undefined> {
    return this.#life.guard(this.#storage.readLink(path));
  }
  stat(path: string): Promise<FileStat | undefined> {
    return this.#life.guard(this.#storage.stat(path));
  }
  list(folder: string): Promise<readonly string[]> {
    return this.#life.guard(this.#storage.list(folder));
  }
  sync(): Promise<void> {
    return this.#life.write("sync", () => this.#storage.sync());
  }
  usage(): Promise<{ readonly used: number; readonly free: number }> {
    return this.#life.guard(this.#storage.usage());
  }
}

/** Blobs that stop answering when the power is gone. */
export class GuardedBlobs implements Blobs {
  readonly #life: Life;
  readonly #blobs: Blobs;

  constructor(life: Life, blobs: Blobs) {
    this.#life = life;
    this.#blobs = blobs;
  }

  put(content: Uint8Array | string): Promise<Blob> {
    return this.#life.write("put blob", () => this.#blobs.put(content));
  }
  receive(
    chunks: AsyncIterable<Uint8Array>,
    expect?: { readonly sha256?: string; readonly size?: number },
  ): Promise<Blob> {
    return this.#life.write("receive blob", () => this.#blobs.receive(chunks, expect));
  }
  get(sha256: string): Promise<Blob | undefined> {
    return this.#life.guard(this.#blobs.get(sha256));
  }
  remove(sha256: string): Promise<void> {
    return this.#life.write("remove blob", () => this.#blobs.remove(sha256));
  }
}
