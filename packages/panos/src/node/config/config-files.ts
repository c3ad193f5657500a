import type { JournalEntry } from "./journal.ts";

/** Where a node keeps its configurations: documents by name, and the journal of changes not yet committed. */
export interface ConfigFiles {
  read(name: string): Promise<string | undefined>;
  /** The document survives a power cut only after {@link ConfigFiles.sync}. */
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  readJournal(): Promise<readonly JournalEntry[]>;
  /** Resolves when the entries would survive a power cut. */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Keeps only these entries. */
  replaceJournal(entries: readonly JournalEntry[]): Promise<void>;
  sync(): Promise<void>;
}
