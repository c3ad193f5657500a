/** Bytes of one block of a tar archive. */
const BLOCK = 512;

/**
 * The regular files of a tar archive by their path (`./` in front is dropped). `undefined` when it is no tar archive, or one that ends
 * too early. Links and devices are passed over.
 */
export function readTar(archive: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  let at = 0;
  while (at + BLOCK <= archive.byteLength) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return files;
    const size = octal(header, 124, 12);
    if (size === undefined || !isChecked(header)) return undefined;
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.byteLength < size) return undefined;
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === "L") longName = textIn(content, 0, size);
    else if (kind === "x") longName = paxPath(content) ?? longName;
    else {
      const name = (longName ?? nameOf(header)).replace(/^(\.\/)+/, "");
      if (kind === "0" || kind === "\0") files.set(name, content);
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return at > 0 && at === archive.byteLength ? files : undefined;
}

function nameOf(header: Uint8Array): string {
  const name = textIn(header, 0, 100);
  const prefix = textIn(header, 257, 5) === "ustar" ? textIn(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textIn(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(bytes: Uint8Array, start: number, length: number): number | undefined {
  const text = textIn(bytes, start, length).trim();
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** The sum of the header's bytes, with blanks in place of the sum itself. */
function isChecked(header: Uint8Array): boolean {
  let sum = 0;
  for (const [at, byte] of header.entries()) sum += at >= 148 && at < 156 ? 32 : byte;
  return octal(header, 148, 8) === sum;
}

/** The `path` record of an extended header. */
const paxPath = (content: Uint8Array): string | undefined =>
  /(?:^|\n)\d+ path=(.*)\n/.exec(new TextDecoder().decode(content))?.[1];
