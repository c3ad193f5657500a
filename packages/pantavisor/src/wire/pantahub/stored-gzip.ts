import { crc32 } from "node:zlib";

const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** A stored block of deflate holds at most so many bytes. */
const MOST = 0xffff;

/**
 * Wraps content as gzip without compressing it: what goes into an archive of objects is compressed already, and streams that compress
 * would use the thread pool. Any program that reads gzip reads it.
 */
export async function* storedGzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield HEADER;
  let check = 0;
  let length = 0;
  for await (const chunk of chunks) {
    check = crc32(chunk, check);
    length = (length + chunk.length) % 0x1_0000_0000;
    for (let at = 0; at < chunk.length; at += MOST) {
      const piece = chunk.subarray(at, at + MOST);
      yield blockHeader(0, piece.length);
      yield piece;
    }
  }
  yield blockHeader(1, 0);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(check, 0);
  trailer.writeUInt32LE(length, 4);
  yield trailer;
}

function blockHeader(final: 0 | 1, length: number): Uint8Array {
  const header = Buffer.alloc(5);
  header.writeUInt8(final, 0);
  header.writeUInt16LE(length, 1);
  header.writeUInt16LE(MOST - length, 3);
  return header;
}
