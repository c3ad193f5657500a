import type { Blob, Blobs } from "../blob.ts";
import { type BlobPart, type Content, LinkText, PackedBytes, Pieces, pack, readContent, sizeOf } from "../content.ts";
import { MemoryBlob } from "../memory-blob.ts";
import { StorageError } from "../storage.ts";
import { NamedBlob } from "./named-blob.ts";

/** Above this size a content goes into the blobs. */
const INLINE_BYTES = 16 * 1024;

/** A content as a row has it. `body` is the bytes, a link's text, or the parts as JSON: `[[sha256, size of the blob, start, end], …]`. */
export interface StoredContent {
  readonly kind: "bytes" | "link" | "parts";
  readonly body: Uint8Array | string;
  readonly size: number;
  /** Hashes of the blobs it refers to. */
  readonly blobs: readonly string[];
}

type StoredPart = readonly [sha256: string, blobSize: number, start: number, end: number];

/** True when the content must be put into the blobs before it can be stored. */
export const needsBlobs = (content: Content): boolean =>
  !(content instanceof LinkText) && (isBlobLike(content) || sizeOf(content) > INLINE_BYTES);

const isBlobLike = (content: Content): content is Blob | Pieces =>
  typeof content !== "string" && !(content instanceof PackedBytes) && !(content instanceof LinkText);

/** Puts what is large into the blobs, each blob at most once. */
export async function storeLarge(content: Content, blobs: Blobs): Promise<StoredContent> {
  const parts: StoredPart[] = [];
  for (const part of await partsOf(content)) {
    const { sha256, size } = part.blob;
    if ((await blobs.get(sha256)) === undefined) await blobs.receive(part.blob.chunks(), { sha256, size });
    parts.push([sha256, size, part.start, part.end]);
  }
  return { kind: "parts", body: JSON.stringify(parts), size: sizeOf(content), blobs: parts.map(([sha256]) => sha256) };
}

/** The content as parts of blobs. Bytes between them become blobs of their own. */
async function partsOf(content: Content): Promise<BlobPart[]> {
  if (!(content instanceof Pieces)) {
    const blob = isBlobLike(content) ? content : new MemoryBlob(await readContent(content));
    return [{ blob, start: 0, end: blob.size }];
  }
  const parts: BlobPart[] = [];
  let loose: Uint8Array[] = [];
  const gather = (): void => {
    const bytes = Buffer.concat(loose);
    loose = [];
    if (bytes.length > 0) parts.push({ blob: new MemoryBlob(bytes), start: 0, end: bytes.length });
  };
  for (const piece of content.list) {
    if (typeof piece === "string") loose.push(Buffer.from(piece, "latin1"));
    else if (piece instanceof Uint8Array) loose.push(piece);
    else {
      gather();
      parts.push(piece);
    }
  }
  gather();
  return parts;
}

/** A small content as a row has it. */
export function storeSmall(content: Content): StoredContent {
  if (content instanceof LinkText) return { kind: "link", body: content.target, size: sizeOf(content), blobs: [] };
  if (isBlobLike(content)) throw new TypeError("Blobs are not stored in rows");
  const latin1 = typeof content === "string" ? content : content.latin1;
  return { kind: "bytes", body: Buffer.from(latin1, "latin1"), size: latin1.length, blobs: [] };
}

/** A row's content. Throws `failed` when the row is damaged. */
export function loadContent(kind: unknown, body: unknown, blobs: Blobs): Content {
  if (kind === "bytes" && body instanceof Uint8Array) return pack(body);
  if (kind === "link" && typeof body === "string") return new LinkText(body);
  if (kind !== "parts" || typeof body !== "string")
    throw new StorageError("failed", "A file's row is damaged.", { kind });
  let pieces = new Pieces([], 0);
  for (const [sha256, size, start, end] of JSON.parse(body) as readonly StoredPart[]) {
    pieces = pieces.with({ blob: new NamedBlob(blobs, sha256, size), start, end });
  }
  const [only, ...others] = pieces.list;
  const isWhole =
    typeof only === "object" &&
    "blob" in only &&
    others.length === 0 &&
    only.start === 0 &&
    only.end === only.blob.size;
  return isWhole ? only.blob : pieces;
}
