import { hasForbidden, isXmlCodePoint, isXmlName } from "./characters.ts";
import type { XmlAttribute, XmlElement, XmlNode } from "./tree.ts";

/** What a document may cost. Beyond it, reading fails. */
export const XML_LIMITS = { depth: 256, characters: 10 * 1024 * 1024 } as const;

/** Why a text is not taken as XML, and where (offset in UTF-16 units). */
export interface XmlFault {
  readonly reason: string;
  readonly offset: number;
}

export type XmlReading =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly fault: XmlFault };

/**
 * Reads one document, or (with `fragment`) a row of sibling elements, which come back below a root named `fragment`.
 * Strict where lenient readers lose data: document type declarations, undeclared entities, control characters, a second
 * root and bytes that are not UTF-8 are faults. White space between elements is dropped; all other text is kept as it is.
 */
export function readXml(source: string | Uint8Array, as: "document" | "fragment" = "document"): XmlReading {
  try {
    const text = typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source);
    return { ok: true, root: new Reader(text, as).read() };
  } catch (thrown) {
    if (thrown instanceof Malformed) return { ok: false, fault: { reason: thrown.message, offset: thrown.offset } };
    if (thrown instanceof TypeError) return { ok: false, fault: { reason: "not UTF-8", offset: 0 } };
    throw thrown;
  }
}

class Malformed extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

interface Open {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlNode[];
}

const NO_ATTRIBUTES: readonly XmlAttribute[] = Object.freeze([]);
const NO_CHILDREN: readonly XmlNode[] = Object.freeze([]);
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const isSpaceUnit = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x09 || unit === 0x0d;
/** Letters, digits, `-`, `.`, `:`, `_`, and whatever is not ASCII; {@link isXmlName} has the last word. */
const isNameUnit = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x2d && unit <= 0x3a && unit !== 0x2f) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  unit === 0x5f ||
  unit >= 0x80;

class Reader {
  readonly #text: string;
  readonly #fragment: boolean;
  readonly #open: Open[] = [];
  #at = 0;
  #root: XmlElement | undefined;

  constructor(text: string, as: "document" | "fragment") {
    if (text.length > XML_LIMITS.characters) throw new Malformed("too large", XML_LIMITS.characters);
    if (hasForbidden(text)) throw new Malformed("forbidden character", 0);
    this.#text = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    this.#fragment = as === "fragment";
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    this.#skipDeclaration();
    if (this.#fragment) this.#open.push({ name: "fragment", attributes: NO_ATTRIBUTES, children: [] });
  }

  read(): XmlElement {
    const text = this.#text;
    while (this.#at < text.length) {
      const next = text.indexOf("<", this.#at);
      this.#takeText(next < 0 ? text.length : next);
      if (next < 0) break;
      this.#takeTag();
    }
    if (this.#fragment) this.#closeElement("fragment");
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) throw this.#fault(`<${unclosed.name}> is not closed`);
    if (this.#root === undefined) throw this.#fault("no element");
    return this.#root;
  }

  #fault(reason: string): Malformed {
    return new Malformed(reason, this.#at);
  }

  #skipDeclaration(): void {
    if (!/^<\?xml[\s?]/.test(this.#text.slice(this.#at, this.#at + 6))) return;
    const end = this.#text.indexOf("?>", this.#at);
    if (end < 0) throw this.#fault("declaration is not closed");
    this.#at = end + 2;
  }

  #takeText(end: number): void {
    if (end === this.#at) return;
    const piece = this.#text.slice(this.#at, end);
    const into = this.#open.at(-1);
    if (into === undefined) {
      if (piece.trim() !== "") throw this.#fault("text outside the document element");
    } else {
      if (piece.includes("]]>")) throw this.#fault("]]> in text");
      into.children.push(this.#resolve(piece));
    }
    this.#at = end;
  }

  #takeTag(): void {
    const text = this.#text;
    const second = text.charCodeAt(this.#at + 1);
    if (second === 0x2f) this.#takeEndTag();
    else if (second === 0x21) this.#takeSpecial();
    else if (second === 0x3f) this.#takeInstruction();
    else this.#takeStartTag();
  }

  #takeEndTag(): void {
    const end = this.#text.indexOf(">", this.#at);
    if (end < 0) throw this.#fault("end tag is not closed");
    const name = this.#text.slice(this.#at + 2, end).trimEnd();
    if (this.#fragment && this.#open.length === 1) throw this.#fault(`</${name}> was not opened`);
    this.#closeElement(name);
    this.#at = end + 1;
  }

  #takeSpecial(): void {
    const text = this.#text;
    if (text.startsWith("<!--", this.#at)) {
      const end = text.indexOf("--", this.#at + 4);
      if (end < 0 || text.charAt(end + 2) !== ">") throw this.#fault("comment is not closed");
      this.#at = end + 3;
      return;
    }
    if (!text.startsWith("<![CDATA[", this.#at)) throw this.#fault("declarations are not allowed");
    const end = text.indexOf("]]>", this.#at);
    if (end < 0) throw this.#fault("CDATA is not closed");
    const into = this.#open.at(-1);
    if (into === undefined) throw this.#fault("CDATA outside the document element");
    into.children.push(text.slice(this.#at + 9, end));
    this.#at = end + 3;
  }

  #takeInstruction(): void {
    const end = this.#text.indexOf("?>", this.#at);
    if (end < 0 || /^<\?xml[\s?]/i.test(this.#text.slice(this.#at, this.#at + 6)))
      throw this.#fault("misplaced instruction");
    this.#at = end + 2;
  }

  #takeStartTag(): void {
    const start = this.#at;
    this.#at++;
    const name = this.#takeName();
    const attributes = this.#takeAttributes();
    const empty = this.#text.charAt(this.#at) === "/";
    if (empty) this.#at++;
    if (this.#text.charAt(this.#at) !== ">") throw this.#fault(`<${name}> is not closed`);
    this.#at++;
    if (this.#root !== undefined) throw new Malformed("second document element", start);
    if (this.#open.length >= XML_LIMITS.depth + (this.#fragment ? 1 : 0)) throw new Malformed("nested too deep", start);
    if (empty) this.#place({ name, attributes, children: NO_CHILDREN });
    else this.#open.push({ name, attributes, children: [] });
  }

  #takeName(): string {
    const text = this.#text;
    let end = this.#at;
    while (isNameUnit(text.charCodeAt(end))) end++;
    const name = text.slice(this.#at, end);
    if (!isXmlName(name)) throw this.#fault("name expected");
    this.#at = end;
    return name;
  }

  #takeAttributes(): readonly XmlAttribute[] {
    let attributes: XmlAttribute[] | undefined;
    for (;;) {
      const before = this.#at;
      this.#skipSpace();
      const next = this.#text.charAt(this.#at);
      if (next === ">" || next === "/" || next === "") return attributes ?? NO_ATTRIBUTES;
      if (before === this.#at) throw this.#fault("space expected before an attribute");
      const name = this.#takeName();
      if (attributes?.some(([taken]) => taken === name)) throw this.#fault(`attribute ${name} appears twice`);
      attributes ??= [];
      attributes.push([name, this.#takeValue()]);
    }
  }

  #takeValue(): string {
    this.#skipSpace();
    if (this.#text.charAt(this.#at) !== "=") throw this.#fault("= expected");
    this.#at++;
    this.#skipSpace();
    const quote = this.#text.charAt(this.#at);
    const end = quote === '"' || quote === "'" ? this.#text.indexOf(quote, this.#at + 1) : -1;
    if (end < 0) throw this.#fault("quoted value expected");
    const piece = this.#text.slice(this.#at + 1, end);
    if (piece.includes("<")) throw this.#fault("< in an attribute");
    const value = this.#resolve(/[\n\t]/.test(piece) ? piece.replace(/[\n\t]/g, " ") : piece);
    this.#at = end + 1;
    return value;
  }

  #skipSpace(): void {
    while (isSpaceUnit(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #resolve(piece: string): string {
    if (!piece.includes("&")) return piece;
    return piece.replace(/&([^;&]{0,12}(;)?)/g, (_, name: string) => {
      const value = resolveEntity(name);
      if (value === undefined) throw this.#fault("unknown entity");
      return value;
    });
  }

  #closeElement(name: string): void {
    const closing = this.#open.pop();
    if (closing === undefined || closing.name !== name) throw this.#fault(`</${name}> does not match`);
    this.#place({ name, attributes: closing.attributes, children: settle(closing.children) });
  }

  #place(done: XmlElement): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = done;
    else parent.children.push(done);
  }
}

function resolveEntity(reference: string): string | undefined {
  if (!reference.endsWith(";")) return undefined;
  const name = reference.slice(0, -1);
  if (!name.startsWith("#")) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  const digits = name.charAt(1) === "x" ? name.slice(2) : name.slice(1);
  const valid = name.charAt(1) === "x" ? /^[0-9a-fA-F]+$/.test(digits) : /^[0-9]+$/.test(digits);
  const code = Number.parseInt(digits, name.charAt(1) === "x" ? 16 : 10);
  return valid && isXmlCodePoint(code) ? String.fromCodePoint(code) : undefined;
}

/** Joins neighbouring pieces of text and drops white space between elements. */
function settle(children: readonly XmlNode[]): readonly XmlNode[] {
  if (children.length === 0) return NO_CHILDREN;
  const [only] = children;
  if (children.length === 1) return only === "" ? NO_CHILDREN : children;
  let elements = 0;
  for (const node of children) if (typeof node !== "string") elements++;
  if (elements === children.length) return children;
  const joined: XmlNode[] = [];
  for (const node of children) {
    const last = joined.at(-1);
    if (typeof node === "string" && typeof last === "string") joined[joined.length - 1] = last + node;
    else joined.push(node);
  }
  if (elements === 0) return joined[0] === "" ? NO_CHILDREN : joined;
  return joined.filter((node) => typeof node !== "string" || node.trim() !== "");
}
