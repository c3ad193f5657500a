/** Size of a tar archive's blocks. */
const BLOCK = 512;

/** The header block of a file in a tar archive (ustar). Names longer than 100 bytes are refused with `RangeError`. */
export function tarHeader(name: string, size: number, modifiedMs: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > 100) throw new RangeError(`The name ${name} is too long for a tar header`);
  block.write(name, 0);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  writeSize(block, size);
  block.write(`${octal(Math.floor(modifiedMs / 1000), 11)}\0`, 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

const MOST_IN_OCTAL = 0o77777777777;

/** Sizes beyond eight gigabytes are written in base 256, as GNU tar does. */
function writeSize(block: Buffer, size: number): void {
  if (size <= MOST_IN_OCTAL) {
    block.write(`${octal(size, 11)}\0`, 124);
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(size), 128);
}

const octal = (number: number, digits: number): string => number.toString(8).padStart(digits, "0");

/** The zero bytes that fill a file's last block. */
export const tarPadding = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

/** What ends an archive. */
export const tarEnd = (): Uint8Array => new Uint8Array(2 * BLOCK);

/** Length of a file in an archive, with header and padding. */
export const tarLength = (size: number): number => BLOCK + Math.ceil(size / BLOCK) * BLOCK;

/** Length of {@link tarEnd}. */
export const TAR_END_LENGTH = 2 * BLOCK;
