/** A piece of DER as it was read: its tag, what is inside, and all of its bytes. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

export const TAGS = Object.freeze({
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific and constructed, as in `[0]`. */
  context: 0xa0,
  /** Context-specific and primitive. */
  implicit: 0x80,
});

/** Writes one element. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => der(TAGS.sequence, ...contents);
export const octets = (content: Uint8Array): Buffer => der(TAGS.octetString, content);
/** `[n]`, around what is inside. */
export const tagged = (n: number, ...contents: readonly Uint8Array[]): Buffer => der(TAGS.context + n, ...contents);
export const NOTHING: Buffer = der(TAGS.nothing);

/** A whole number that is not negative. */
export function integer(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return der(TAGS.integer, Buffer.from(bytes));
}

/** An object identifier such as `1.2.840.113549.1.7.1`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(TAGS.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}

/** The elements that stand one behind the other in these bytes; `undefined` when they are not DER. */
export function readAll(bytes: Uint8Array): readonly Der[] | undefined {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = readAt(bytes, at);
    if (next === undefined) return undefined;
    found.push(next);
    at += next.whole.length;
  }
  return found;
}

/** The only element of these bytes; `undefined` when there is another number of them, or none can be read. */
export function readOne(bytes: Uint8Array): Der | undefined {
  const all = readAll(bytes);
  return all?.length === 1 ? all[0] : undefined;
}

function readAt(bytes: Uint8Array, at: number): Der | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const digits = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || digits > 4) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let n = 0; n < digits; n++) length = length * 256 + (bytes[at + 2 + n] ?? 0);
  const start = at + 2 + digits;
  if (start + length > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}

/** What is inside an element of that tag; `undefined` for another one. */
export const inside = (of: Der | undefined, tag: number = TAGS.sequence): readonly Der[] | undefined =>
  of?.tag === tag ? readAll(of.content) : undefined;

/** The object identifier of an element in dotted form; empty for another element. */
export function oidOf(of: Der | undefined): string {
  const [first, ...rest] = of?.tag === TAGS.oid ? of.content : [];
  if (first === undefined) return "";
  const numbers = [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40))];
  let value = 0;
  for (const byte of rest) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  return numbers.join(".");
}

/** A small number; `undefined` for other elements, and for numbers that are negative or larger than 2³². */
export function numberOf(of: Der | undefined): number | undefined {
  if (of?.tag !== TAGS.integer || of.content.length === 0 || of.content.length > 5) return undefined;
  const value = of.content.reduce((number, byte) => number * 256 + byte, 0);
  return (of.content[0] ?? 0) >= 0x80 || value > 0xffff_ffff ? undefined : value;
}
