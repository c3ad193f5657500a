import { insert, remove, removeWhere, replace, type Store, table } from "@understudy/kernel";
import type { ConfigFiles } from "../node/config/config-files.ts";
import type { JournalEntry } from "../node/config/journal.ts";

interface DocumentRow {
  readonly name: string;
  readonly text: string;
}

interface JournalRow {
  readonly seq: number;
  readonly entry: JournalEntry;
}

export const documentsTable = table<DocumentRow>(
  "panorama_documents",
  { name: "text", text: "text" },
  { key: ["name"] },
);
export const journalTable = table<JournalRow>("panorama_journal", { seq: "integer", entry: "json" }, { key: ["seq"] });

/** Panorama's configurations in its tables. Every commit of a table is synced. */
export class StoreConfigFiles implements ConfigFiles {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async read(name: string): Promise<string | undefined> {
    return (await this.#store.get(documentsTable, name))?.text;
  }

  async write(name: string, text: string): Promise<void> {
    await this.#store.change(async () => {
      const old = await this.#store.get(documentsTable, name);
      const row = { name, text };
      return {
        writes: [old === undefined ? insert(documentsTable, row) : replace(documentsTable, old, row)],
        result: undefined,
      };
    });
  }

  async remove(name: string): Promise<void> {
    await this.#store.change(async () => {
      const old = await this.#store.get(documentsTable, name);
      return { writes: old === undefined ? [] : [remove(documentsTable, old)], result: undefined };
    });
  }

  async readJournal(): Promise<readonly JournalEntry[]> {
    const rows = await this.#store.find(journalTable, { order: [["seq", "asc"]] }).all([]);
    return rows.map(({ entry }) => entry);
  }

  append(entries: readonly JournalEntry[]): Promise<void> {
    return this.#store.commit(entries.map((entry) => insert(journalTable, { seq: entry.seq, entry })));
  }

  replaceJournal(entries: readonly JournalEntry[]): Promise<void> {
    const fresh = entries.map((entry) => insert(journalTable, { seq: entry.seq, entry }));
    return this.#store.commit([removeWhere(journalTable, { where: [["seq", ">="]] }, [0]), ...fresh]);
  }

  async sync(): Promise<void> {
    // commits are synced
  }
}
