/** Where a node keeps files of its own: logs, imported files, lists. A stand-in's storage is one. */
export interface NodeFiles {
  /** The content; `undefined` when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  readText(path: string): Promise<string | undefined>;
  /** Replaces the content. It survives a power cut only after {@link NodeFiles.sync}. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Adds to the end; creates the file when missing. */
  append(path: string, content: string): Promise<void>;
  /** Takes the place of a file of the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Missing: nothing happens. */
  remove(path: string): Promise<void>;
  stat(path: string): Promise<{ readonly size: number } | undefined>;
  sync(): Promise<void>;
}
