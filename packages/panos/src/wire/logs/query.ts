/** A filter of a log, such as `(cmd eq set) and (admin neq 'ann')`. */
export type LogQuery =
  | { readonly kind: "all" }
  | { readonly kind: "and" | "or"; readonly left: LogQuery; readonly right: LogQuery }
  | { readonly kind: "not"; readonly inner: LogQuery }
  | { readonly kind: "compare"; readonly field: string; readonly operator: Operator; readonly value: string };

const OPERATORS = ["eq", "neq", "contains", "geq", "leq", "gt", "lt", "in", "notin"] as const;
export type Operator = (typeof OPERATORS)[number];

/** Longer queries are refused. */
export const MAX_QUERY_LENGTH = 4096;
const MAX_DEPTH = 64;

/** Reads a query; `undefined` when it is none. Nothing at all is a query that everything fits. */
export function parseQuery(source: string): LogQuery | undefined {
  if (source.length > MAX_QUERY_LENGTH) return undefined;
  const tokens = tokensOf(source);
  if (tokens === undefined) return undefined;
  if (tokens.length === 0) return { kind: "all" };
  const reader = new Reader(tokens);
  const query = reader.either(0);
  return reader.isAtEnd ? query : undefined;
}

/** Writes a query so that {@link parseQuery} gives it back. */
export function writeQuery(query: LogQuery): string {
  switch (query.kind) {
    case "all":
      return "";
    case "compare":
      return `( ${query.field} ${query.operator} ${quoted(query.value)} )`;
    case "not":
      return `not ( ${writeQuery(query.inner)} )`;
    case "and":
    case "or":
      return `( ${writeQuery(query.left)} ) ${query.kind} ( ${writeQuery(query.right)} )`;
  }
}

const quoted = (value: string): string => `'${value.replaceAll(/[\\']/g, "\\$&")}'`;

/** Takes the backslash from quotes and backslashes; before anything else, as in `corp\ann`, it is one itself. */
const unquoted = (text: string): string => text.replaceAll(/\\([\\'"])/g, "$1");

type Token = { readonly kind: "(" | ")" | "!" } | { readonly kind: "word" | "text"; readonly text: string };

/** A string ends at its quote, unless a backslash is before it; where nothing would end it then, the backslash was only a character. */
const TOKEN = /\s*(?:([()!])|'((?:\\[\s\S]|[^'\\])*)'|'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|"([^"]*)"|([^\s()'"!]+))/y;

function tokensOf(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, sign, single, plainSingle, double, plainDouble, word] = match;
    const string = single ?? plainSingle ?? double ?? plainDouble;
    if (sign !== undefined)
      tokens.push({ kind: sign as "(" | ")" | "!" }); // one of the three by the pattern
    else if (string !== undefined) tokens.push({ kind: "text", text: unquoted(string) });
    else tokens.push({ kind: "word", text: word ?? "" });
  }
  return tokens;
}

/** Goes over the tokens once. `undefined` from any of its methods: not a query. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** `or` binds weaker than `and`. */
  either(depth: number): LogQuery | undefined {
    return this.#joined("or", () => this.#joined("and", () => this.#single(depth)));
  }

  #joined(word: "and" | "or", part: () => LogQuery | undefined): LogQuery | undefined {
    let left = part();
    while (left !== undefined && this.#takes(word)) {
      const right = part();
      left = right === undefined ? undefined : { kind: word, left, right };
    }
    return left;
  }

  #single(depth: number): LogQuery | undefined {
    if (depth > MAX_DEPTH) return undefined;
    if (this.#takes("!") || this.#takes("not")) {
      const inner = this.#single(depth + 1);
      return inner === undefined ? undefined : { kind: "not", inner };
    }
    if (!this.#takes("(")) return this.#comparison();
    const inner = this.either(depth + 1);
    return this.#takes(")") ? inner : undefined;
  }

  #comparison(): LogQuery | undefined {
    const [field, word, value] = this.#tokens.slice(this.#at, this.#at + 3);
    if (field?.kind !== "word" || word?.kind !== "word") return undefined;
    const operator = OPERATORS.find((candidate) => candidate === word.text.toLowerCase());
    if (operator === undefined || (value?.kind !== "word" && value?.kind !== "text")) return undefined;
    this.#at += 3;
    return { kind: "compare", field: field.text, operator, value: value.text };
  }

  #takes(what: "(" | ")" | "!" | "and" | "or" | "not"): boolean {
    const token = this.#tokens[this.#at];
    const fits = token?.kind === "word" ? token.text.toLowerCase() === what : token?.kind === what;
    if (fits) this.#at++;
    return fits;
  }
}
