import { gunzipSync, gzipSync } from "node:zlib";

/** A file of an archive. */
export interface ArchivedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const BLOCK = 512;
/** Archives that grow larger when unpacked are refused. */
export const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;

/** A `.tgz` with these files. Its bytes follow from them alone: it has no times. */
export function packed(files: readonly ArchivedFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, content } of files) {
    const padding = (BLOCK - (content.byteLength % BLOCK)) % BLOCK;
    parts.push(headerOf(name, content.byteLength), content, Buffer.alloc(padding));
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: 6 });
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  header.write(name.slice(0, 99), 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        ", 148); // the sum is taken with blanks in its own place
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** The files of a `.tgz`; `undefined` when it is none, or too large. */
export function unpacked(archive: Uint8Array): readonly ArchivedFile[] | undefined {
  const tar = inflated(archive);
  if (tar === undefined) return undefined;
  const files: ArchivedFile[] = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 136).replace(/[\0 ].*$/s, ""), 8);
    const start = at + BLOCK;
    if (!Number.isInteger(size) || size < 0 || start + size > tar.length) return undefined;
    files.push({ name, content: tar.subarray(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function inflated(archive: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(archive, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return undefined; // not gzip, or larger than allowed
  }
}
