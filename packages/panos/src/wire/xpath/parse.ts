import type { LocationPath, Operand, Predicate, Step, XPath } from "./ast.ts";

/** Bounds of what is taken as an XPath. */
export const XPATH_LIMITS = { characters: 65_536, steps: 256, depth: 32 } as const;

/** Reads an XPath; `undefined` when it is none of the subset. Never throws. */
export function parseXPath(text: string): XPath | undefined {
  if (text.length > XPATH_LIMITS.characters) return undefined;
  try {
    return new Parser(text).parse();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined;
    throw thrown;
  }
}

class Unreadable extends Error {}

const NAME = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_.:\-\u0080-\uffff]*/y;
const NUMBER = /\d{1,9}/y;
const SPACE = /\s*/y;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): XPath {
    const paths = [this.#path()];
    while (this.#take("|")) paths.push(this.#path());
    if (!this.#atEnd()) throw new Unreadable();
    return { paths };
  }

  #path(): LocationPath {
    const steps: Step[] = [];
    for (;;) {
      const anywhere = this.#take("//");
      if (!anywhere && !this.#take("/")) {
        if (steps.length === 0) throw new Unreadable();
        return { steps, tail: { kind: "nodes" } };
      }
      if (!anywhere && steps.length > 0 && (this.#atEnd() || this.#peek("|")))
        return { steps, tail: { kind: "nodes" } }; // a slash at the end
      if (this.#take("@")) return { steps, tail: { kind: "attribute", name: this.#name() } };
      if (this.#take("text()")) return { steps, tail: { kind: "text" } };
      if (steps.length === XPATH_LIMITS.steps) throw new Unreadable();
      steps.push(this.#step(anywhere));
    }
  }

  #step(anywhere: boolean): Step {
    const name = this.#take("*") ? undefined : this.#name();
    const predicates: Predicate[] = [];
    while (this.#take("[")) {
      predicates.push(this.#or());
      this.#need("]");
    }
    return { anywhere, name, predicates };
  }

  #or(): Predicate {
    if (++this.#depth > XPATH_LIMITS.depth) throw new Unreadable();
    const any = [this.#and()];
    while (this.#word("or")) any.push(this.#and());
    this.#depth--;
    const [only] = any;
    return any.length === 1 && only !== undefined ? only : { kind: "or", any };
  }

  #and(): Predicate {
    const all = [this.#test()];
    while (this.#word("and")) all.push(this.#test());
    const [only] = all;
    return all.length === 1 && only !== undefined ? only : { kind: "and", all };
  }

  #test(): Predicate {
    if (this.#take("(")) {
      const inner = this.#or();
      this.#need(")");
      return inner;
    }
    const position = this.#match(NUMBER);
    if (position !== undefined) return { kind: "position", at: Number(position) };
    if (this.#take("last()")) return { kind: "position", at: "last" };
    if (this.#take("position()")) {
      this.#need("=");
      return { kind: "position", at: Number(this.#match(NUMBER) ?? this.#fail()) };
    }
    if (this.#call("not")) {
      const inner = this.#or();
      this.#need(")");
      return { kind: "not", inner };
    }
    for (const kind of ["starts-with", "contains"] as const) if (this.#call(kind)) return this.#partTest(kind);
    return this.#comparison();
  }

  #partTest(kind: "starts-with" | "contains"): Predicate {
    const text = this.#operand();
    this.#need(",");
    const part = this.#operand();
    this.#need(")");
    return { kind, text, part };
  }

  #comparison(): Predicate {
    const left = this.#operand();
    const negated = this.#take("!=");
    if (!negated && !this.#take("=")) return left.kind === "literal" ? this.#fail() : { kind: "has", what: left };
    return { kind: "equals", left, right: this.#operand(), negated };
  }

  #operand(): Operand {
    if (this.#take("@")) return { kind: "attribute", name: this.#name() };
    if (this.#take("text()") || this.#take(".")) return { kind: "text" };
    if (this.#take("name()")) return { kind: "name" };
    if (this.#call("concat")) return { kind: "literal", value: this.#concat() };
    const literal = this.#literal();
    return literal === undefined ? { kind: "child", name: this.#name() } : { kind: "literal", value: literal };
  }

  #concat(): string {
    let value = this.#literal() ?? this.#fail();
    while (this.#take(",")) value += this.#literal() ?? this.#fail();
    this.#need(")");
    return value;
  }

  #literal(): string | undefined {
    this.#skip();
    const quote = this.#text.charAt(this.#at);
    if (quote !== "'" && quote !== '"') return undefined;
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) throw new Unreadable();
    const value = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return value;
  }

  #name(): string {
    return this.#match(NAME) ?? this.#fail();
  }

  /** `name(`, with white space allowed before the parenthesis. */
  #call(name: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(name, this.#at)) return false;
    const before = this.#at;
    this.#at += name.length;
    if (this.#take("(")) return true;
    this.#at = before;
    return false;
  }

  /** A word that must not be the beginning of a longer one. */
  #word(word: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(word, this.#at) || !/[\s(@'".]/.test(this.#text.charAt(this.#at + word.length)))
      return false;
    this.#at += word.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    this.#skip();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(token: string): boolean {
    if (!this.#peek(token)) return false;
    this.#at += token.length;
    return true;
  }

  #peek(token: string): boolean {
    this.#skip();
    return this.#text.startsWith(token, this.#at);
  }

  #need(token: string): void {
    if (!this.#take(token)) throw new Unreadable();
  }

  #fail(): never {
    throw new Unreadable();
  }

  #skip(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #atEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }
}
