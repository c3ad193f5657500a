import type { Storage } from "@understudy/kernel";
import type { ConfigFiles } from "./config-files.ts";
import type { JournalEntry } from "./journal.ts";

const FOLDER = "config";
const JOURNAL = `${FOLDER}/journal.jsonl`;
const fileOf = (name: string): string => `${FOLDER}/${name}.xml`;

/** Configurations as files of a storage. */
export class StorageConfigFiles implements ConfigFiles {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  read(name: string): Promise<string | undefined> {
    return this.#storage.readText(fileOf(name));
  }

  write(name: string, text: string): Promise<void> {
    return this.#storage.write(fileOf(name), text);
  }

  remove(name: string): Promise<void> {
    return this.#storage.remove(fileOf(name));
  }

  async readJournal(): Promise<readonly JournalEntry[]> {
    const text = (await this.#storage.readText(JOURNAL)) ?? "";
    const entries: JournalEntry[] = [];
    for (const line of text.split("\n")) {
      const entry = parseLine(line);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  async append(entries: readonly JournalEntry[]): Promise<void> {
    await this.#storage.append(JOURNAL, lines(entries));
    await this.#storage.sync();
  }

  async replaceJournal(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) await this.#storage.remove(JOURNAL);
    else await this.#storage.write(JOURNAL, lines(entries));
    await this.#storage.sync();
  }

  sync(): Promise<void> {
    return this.#storage.sync();
  }
}

const lines = (entries: readonly JournalEntry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");

/** A last line that a power cut has cut off is no entry. */
function parseLine(line: string): JournalEntry | undefined {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as JournalEntry; // written by `lines`
  } catch {
    return undefined;
  }
}
