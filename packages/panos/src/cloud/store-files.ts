import { insert, removeWhere, type Store, table, type Write } from "@understudy/kernel";
import type { NodeFiles } from "../node/files/node-files.ts";

/** A piece of a file: what was written or appended at once. */
interface PieceRow {
  readonly path: string;
  readonly piece: number;
  /** Size of the file up to here and with this piece. */
  readonly total: number;
  readonly content: Uint8Array;
}

export const filesTable = table<PieceRow>(
  "panorama_files",
  { path: "text", piece: "integer", total: "integer", content: "bytes" },
  { key: ["path", "piece"] },
);

/** Panorama's own files in its tables. Every commit of a table is synced. */
export class StoreFiles implements NodeFiles {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const pieces = await this.#pieces(path);
    return pieces.length === 0 ? undefined : Buffer.concat(pieces.map(({ content }) => content));
  }

  async readText(path: string): Promise<string | undefined> {
    const content = await this.read(path);
    return content === undefined ? undefined : Buffer.from(content).toString("utf8");
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    return this.#store.commit([removal(path), insert(filesTable, pieceAfter(undefined, path, content))]);
  }

  async append(path: string, content: string): Promise<void> {
    await this.#store.change(async () => ({
      writes: [insert(filesTable, pieceAfter(await this.#last(path), path, content))],
      result: undefined,
    }));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#store.change(async () => {
      const content = await this.read(from);
      const writes: Write[] = [removal(from), removal(to)];
      if (content !== undefined) writes.push(insert(filesTable, pieceAfter(undefined, to, content)));
      return { writes, result: undefined };
    });
  }

  remove(path: string): Promise<void> {
    return this.#store.commit([removal(path)]);
  }

  async stat(path: string): Promise<{ readonly size: number } | undefined> {
    const last = await this.#last(path);
    return last === undefined ? undefined : { size: last.total };
  }

  async sync(): Promise<void> {
    // commits are synced
  }

  #pieces(path: string): Promise<readonly PieceRow[]> {
    return this.#store.find(filesTable, FORWARDS).all([path]);
  }

  #last(path: string): Promise<PieceRow | undefined> {
    return this.#store.find(filesTable, BACKWARDS).first([path]);
  }
}

const FORWARDS = { where: [["path", "="]], order: [["piece", "asc"]] } as const;
const BACKWARDS = { where: [["path", "="]], order: [["piece", "desc"]] } as const;

function pieceAfter(last: PieceRow | undefined, path: string, content: Uint8Array | string): PieceRow {
  const bytes = bytesOf(content);
  return { path, piece: (last?.piece ?? -1) + 1, total: (last?.total ?? 0) + bytes.byteLength, content: bytes };
}

const removal = (path: string): Write => removeWhere(filesTable, { where: [["path", "="]] }, [path]);
const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === "string" ? Buffer.from(content, "utf8") : content;
