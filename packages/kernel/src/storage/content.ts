import { isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import type { Blob } from "./blob.ts";
import { CHUNK_BYTES, checkWhole, MemoryBlob, readBlob } from "./memory-blob.ts";

/** Up to this size a content is packed into one string; above, it is kept as pieces. */
export const PACKED_BYTES = 64 * 1024;

/**
 * What a file in memory consists of. A `string` is ASCII and its own content: with one byte per character it is the most
 * compact and cheapest form that V8 has (an array of bytes costs some 200 bytes more).
 */
export type Content = string | PackedBytes | Blob | Pieces | LinkText;

/** A small content that is not ASCII: each character of `latin1` stands for one byte. */
export class PackedBytes {
  readonly latin1: string;

  constructor(latin1: string) {
    this.latin1 = latin1;
  }
}

/** A symbolic link. */
export class LinkText {
  readonly target: string;

  constructor(target: string) {
    this.target = target;
  }
}

/** Bytes, ASCII text, or a part of a blob that is shared and not copied. */
export type Piece = Uint8Array | string | BlobPart;

export interface BlobPart {
  readonly blob: Blob;
  readonly start: number;
  readonly end: number;
}

/**
 * A content in pieces, never changed. Growing shares the list with the shorter content, as long as only the longest one grows:
 * taking in a stream of n chunks costs n, not n².
 */
export class Pieces {
  readonly size: number;
  readonly #list: Piece[];
  readonly #count: number;

  constructor(list: Piece[], size: number) {
    this.#list = list;
    this.#count = list.length;
    this.size = size;
  }

  get list(): readonly Piece[] {
    return this.#count === this.#list.length ? this.#list : this.#list.slice(0, this.#count);
  }

  with(piece: Piece): Pieces {
    const list = this.#count === this.#list.length ? this.#list : this.#list.slice(0, this.#count);
    const last = list.at(-1);
    const joined = last === undefined ? undefined : join(last, piece);
    const size = this.size + lengthOf(piece);
    if (joined !== undefined) return new Pieces([...list.slice(0, -1), joined], size);
    list.push(piece);
    return new Pieces(list, size);
  }
}

/** One piece for two adjacent ones, where that is cheap. */
function join(first: Piece, second: Piece): Piece | undefined {
  if (typeof first === "string") {
    return typeof second === "string" && first.length + second.length <= PACKED_BYTES ? first + second : undefined;
  }
  if (first instanceof Uint8Array || typeof second === "string" || second instanceof Uint8Array) return undefined;
  if (first.end !== second.start || first.blob.sha256 !== second.blob.sha256) return undefined;
  return { blob: first.blob, start: first.start, end: second.end };
}

const lengthOf = (piece: Piece): number =>
  typeof piece === "string" || piece instanceof Uint8Array ? piece.length : piece.end - piece.start;

/** Packs a content; never keeps the array or string that was given, so that neither can change it nor hold more memory alive. */
export function pack(content: Uint8Array | string): Content {
  if (typeof content === "string") {
    const size = Buffer.byteLength(content);
    if (size > PACKED_BYTES) return new Pieces([new TextEncoder().encode(content)], size);
    if (size === content.length) return size === 0 ? "" : Buffer.from(content, "latin1").toString("latin1");
    return new PackedBytes(Buffer.from(content).toString("latin1"));
  }
  if (content.length > PACKED_BYTES) return new Pieces([content.slice()], content.length);
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return isAscii(content) ? bytes.toString("latin1") : new PackedBytes(bytes.toString("latin1"));
}

export function sizeOf(content: Content): number {
  if (typeof content === "string") return content.length;
  if (content instanceof PackedBytes) return content.latin1.length;
  if (content instanceof LinkText) return Buffer.byteLength(content.target);
  return content.size;
}

/** A piece out of bytes that came in; keeps them by reference when they are many. */
export const pieceOf = (bytes: Uint8Array | string): Piece => {
  const packed = pack(bytes);
  if (typeof packed === "string") return packed;
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
};

/** The content with a piece more at its end. */
export function appended(content: Content, piece: Piece): Content {
  const added = lengthOf(piece);
  if (added === 0) return content;
  if (typeof piece === "string" || piece instanceof Uint8Array) {
    if (typeof content === "string" && typeof piece === "string" && content.length + added <= PACKED_BYTES)
      return content + piece;
    if ((typeof content === "string" || content instanceof PackedBytes) && sizeOf(content) + added <= PACKED_BYTES) {
      const bytes = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
      return pack(Buffer.concat([packedBytes(content), bytes]));
    }
  } else if (sizeOf(content) === 0 && piece.start === 0 && piece.end === piece.blob.size) {
    return piece.blob;
  }
  const list = asPieces(content).with(piece);
  return wholeBlob(list) ?? list;
}

/** The first `size` bytes of a content. */
export function cutTo(content: Content, size: number): Content {
  if (size >= sizeOf(content)) return content;
  if (size === 0) return "";
  if (typeof content === "string") return pack(content.slice(0, size));
  if (content instanceof PackedBytes) return pack(packedBytes(content).subarray(0, size));
  let kept = new Pieces([], 0);
  for (const piece of asPieces(content).list) {
    const rest = size - kept.size;
    if (rest <= 0) break;
    kept = kept.with(lengthOf(piece) <= rest ? piece : startOf(piece, rest));
  }
  return kept;
}

function startOf(piece: Piece, length: number): Piece {
  if (typeof piece === "string") return piece.slice(0, length);
  if (piece instanceof Uint8Array) return piece.slice(0, length);
  return { blob: piece.blob, start: piece.start, end: piece.start + length };
}

function asPieces(content: Content): Pieces {
  if (content instanceof Pieces) return content;
  if (typeof content === "string") return new Pieces(content === "" ? [] : [content], content.length);
  if (content instanceof PackedBytes) return new Pieces([packedBytes(content).slice()], content.latin1.length);
  if (content instanceof LinkText) throw new TypeError("A link has no pieces");
  return new Pieces([{ blob: content, start: 0, end: content.size }], content.size);
}

/** The blob that the pieces are, from its first to its last byte. */
function wholeBlob(pieces: Pieces): Blob | undefined {
  const [only, ...others] = pieces.list;
  if (only === undefined || others.length > 0 || typeof only === "string" || only instanceof Uint8Array)
    return undefined;
  return only.start === 0 && only.end === only.blob.size ? only.blob : undefined;
}

const packedBytes = (content: string | PackedBytes): Uint8Array =>
  Uint8Array.from(Buffer.from(typeof content === "string" ? content : content.latin1, "latin1"));

/** The content's bytes in an array of the caller's own. Throws `too-large` above 256 MiB. */
export async function readContent(content: Content): Promise<Uint8Array> {
  if (typeof content === "string" || content instanceof PackedBytes) return packedBytes(content);
  if (content instanceof LinkText) return new TextEncoder().encode(content.target);
  if (!(content instanceof Pieces)) return await readBlob(content);
  checkWhole(content.size);
  const whole = new Uint8Array(content.size);
  let at = 0;
  for await (const chunk of piecesFrom(content, 0, content.size)) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The content as a blob: itself where it is one, else hashed. */
export async function blobOf(content: Content): Promise<Blob> {
  if (typeof content === "string" || content instanceof PackedBytes) return new MemoryBlob(packedBytes(content));
  if (content instanceof LinkText) throw new TypeError("A link is no blob");
  if (!(content instanceof Pieces)) return content;
  const hash = createHash("sha256");
  for await (const chunk of piecesFrom(content, 0, content.size)) hash.update(chunk);
  return new PiecedBlob(content, hash.digest("hex"));
}

/** Pieces that were hashed. */
class PiecedBlob implements Blob {
  readonly sha256: string;
  readonly #pieces: Pieces;

  constructor(pieces: Pieces, sha256: string) {
    this.#pieces = pieces;
    this.sha256 = sha256;
  }

  get size(): number {
    return this.#pieces.size;
  }

  bytes(): Promise<Uint8Array> {
    return readContent(this.#pieces);
  }

  chunks(start = 0, end = this.size): AsyncIterable<Uint8Array> {
    return piecesFrom(this.#pieces, start, Math.min(end, this.size));
  }
}

async function* piecesFrom(pieces: Pieces, start: number, end: number): AsyncIterable<Uint8Array> {
  let at = 0;
  for (const piece of pieces.list) {
    const from = Math.max(0, start - at);
    const to = Math.min(lengthOf(piece), end - at);
    at += lengthOf(piece);
    if (from >= to) continue;
    if (typeof piece !== "string" && !(piece instanceof Uint8Array)) {
      yield* piece.blob.chunks(piece.start + from, piece.start + to);
      continue;
    }
    const bytes = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
    for (let next = from; next < to; next += CHUNK_BYTES) yield bytes.subarray(next, Math.min(next + CHUNK_BYTES, to));
  }
}
