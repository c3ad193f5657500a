import { UsageError, WireError } from "@understudy/kernel";
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";

/** A YAML text that still knows where each of its values stands. */
export class LocatedYaml {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  private constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** Throws `UsageError("bad-lab-file")` with file, line and column when the text is not YAML. */
  static parse(text: string, file: string): LocatedYaml {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new UsageError("bad-lab-file", `${file}:${line}:${col}: ${error.message}`, { file, line, column: col });
    }
    return new LocatedYaml(file, document, lines);
  }

  get value(): unknown {
    return this.#document.toJS({ maxAliasCount: 100 });
  }

  /** The usage error for a problem at a path such as `fleets[0].count`: file, line, column, key, what was found, what is accepted. */
  problem(path: string, found: string, accepted: string): UsageError {
    const { line, column } = this.#place(parts(path));
    const key = path === "" ? "the file" : path;
    return new UsageError(
      "bad-lab-file",
      `${this.#file}:${line}:${column}: ${key}: found ${found}; expected ${accepted}`,
      {
        file: this.#file,
        line,
        column,
        path,
      },
    );
  }

  /** Turns a shape's complaint, whose path begins with `where`, into a located usage error; other errors pass through. */
  located(error: unknown): unknown {
    if (!(error instanceof WireError)) return error;
    const { path, found, accepted } = error.details;
    const place = String(path).replace(/^lab\.?/, "");
    return found === undefined
      ? this.problem(place, "something malformed", error.message)
      : this.problem(place, String(found), String(accepted));
  }

  /** Where a value stands; for what is missing, where its nearest container stands. Unknown keys are shown at the key. */
  #place(path: readonly (string | number)[]): { readonly line: number; readonly column: number } {
    for (let depth = path.length; depth >= 0; depth--) {
      const at = this.#offset(path.slice(0, depth));
      if (at !== undefined) {
        const { line, col } = this.#lines.linePos(at);
        return { line, column: col };
      }
    }
    return { line: 1, column: 1 };
  }

  #offset(path: readonly (string | number)[]): number | undefined {
    const parent: unknown = path.length === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    if (last === undefined) return isNode(parent) ? parent.range?.[0] : undefined;
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(last)) : undefined;
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0];
    const node: unknown = this.#document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }
}

function parts(path: string): readonly (string | number)[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((match) =>
    match[2] === undefined ? (match[1] ?? "") : Number(match[2]),
  );
}
