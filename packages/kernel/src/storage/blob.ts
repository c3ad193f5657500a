/**
 * Immutable content, named by its SHA-256 and shared by all who hold it. Whoever changes a bit gets another blob.
 */
export interface Blob {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly size: number;
  /** The whole content, which may be shared: nobody changes it. Meant for small blobs; throws `too-large` above 256 MiB. */
  bytes(): Promise<Uint8Array>;
  /** The content from `start` (default 0) to before `end` (default size), in chunks of at most 256 KiB, which nobody changes. */
  chunks(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** A store of content. */
export interface Blobs {
  /** Keeps the content and names it; the same content twice is one blob. */
  put(content: Uint8Array | string): Promise<Blob>;
  /**
   * Takes a stream in; refuses with `StorageError("mismatch")` when `expect` is given and the content has another hash or size,
   * and keeps nothing then.
   */
  receive(
    chunks: AsyncIterable<Uint8Array>,
    expect?: { readonly sha256?: string; readonly size?: number },
  ): Promise<Blob>;
  /** The blob of that name; `undefined` when it is not here. */
  get(sha256: string): Promise<Blob | undefined>;
  remove(sha256: string): Promise<void>;
}
