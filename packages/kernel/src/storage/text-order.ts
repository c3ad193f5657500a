/**
 * Orders texts by code point, which is also the byte order of UTF-8 and hence the order of SQLite and of PostgreSQL's "C"
 * collation. JavaScript's `<` orders by UTF-16 unit and differs where surrogates meet U+E000 … U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const shorter = a.length < b.length ? a.length : b.length;
  for (let at = 0; at < shorter; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return left >= 0xd800 && right >= 0xd800 ? rank(left) - rank(right) : left - right;
  }
  return a.length - b.length;
}

/** Moves surrogates above all other units. */
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000);
