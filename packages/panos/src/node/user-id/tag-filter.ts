import type { Tags } from "./dynamic-objects.ts";

const TOKEN = /\s*(?:([()])|'([^']*)'|"([^"]*)"|([^\s()'"]+))/y;
const MAX_DEPTH = 64;

/**
 * Whether tags fit the filter of a dynamic address group, such as `'web' and ('dmz' or 'lab')`; `and` binds tighter. Tags
 * stand in quotes or without. A filter that cannot be read fits nothing.
 */
export function fitsFilter(filter: string, tags: Tags): boolean {
  const tokens = tokensOf(filter);
  if (tokens === undefined) return false;
  const reader = new Reader(tokens, tags);
  const fits = reader.either(0);
  return reader.isAtEnd && fits === true;
}

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

function tokensOf(filter: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const source = filter.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (match === null) return undefined;
    const [, sign, single, double, word] = match;
    const quoted = single ?? double;
    tokens.push({ text: quoted ?? sign ?? word ?? "", isQuoted: quoted !== undefined });
  }
  return tokens;
}

/** Goes over the tokens once. `undefined` from its methods: not a filter. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #tags: Tags;
  #at = 0;

  constructor(tokens: readonly Token[], tags: Tags) {
    this.#tokens = tokens;
    this.#tags = tags;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  either(depth: number): boolean | undefined {
    let left = this.#both(depth);
    while (left !== undefined && this.#takes("or")) {
      const right = this.#both(depth);
      left = right === undefined ? undefined : left || right;
    }
    return left;
  }

  #both(depth: number): boolean | undefined {
    let left = this.#single(depth);
    while (left !== undefined && this.#takes("and")) {
      const right = this.#single(depth);
      left = right === undefined ? undefined : left && right;
    }
    return left;
  }

  #single(depth: number): boolean | undefined {
    if (depth > MAX_DEPTH) return undefined;
    if (this.#takes("(")) {
      const inner = this.either(depth + 1);
      return this.#takes(")") ? inner : undefined;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || (!token.isQuoted && ["(", ")", "and", "or"].includes(token.text.toLowerCase())))
      return undefined;
    this.#at++;
    return Object.hasOwn(this.#tags, token.text);
  }

  #takes(word: string): boolean {
    const token = this.#tokens[this.#at];
    const fits = token !== undefined && !token.isQuoted && token.text.toLowerCase() === word;
    if (fits) this.#at++;
    return fits;
  }
}
