import { UsageError } from "@understudy/kernel";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** Keys whose values are texts even where YAML would read a number: `serial: 001234567890` keeps its zeros. */
const TEXTS = new Set([
  "serial",
  "hostname",
  "model",
  "current_version",
  "version",
  "ip_address",
  "ha_peer",
  "api_key",
  "username",
  "password",
  "device",
  "content_version",
  "device_group",
  "template_stack",
  "available_versions",
  "downloaded_versions",
  "available_content",
  "firewall_versions",
  "firewall_content",
  "error",
  "name",
  "group",
  "address",
  "router_id",
]);

/** A scenario file as plain data, and where its parts stand. */
export class ScenarioYaml {
  readonly file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** Throws `UsageError("bad-scenario")` with file, line and column when the text is not YAML. */
  constructor(text: string, file: string) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
    });
    const [error] = this.#document.errors;
    if (error !== undefined) throw this.#error(error.pos[0], error.message, "");
  }

  get value(): unknown {
    return this.#plain(this.#document.contents, false);
  }

  /** The error for a place such as `devices[3].serial`: file, line, column, key and what is wrong with it. */
  problem(path: string, text: string): UsageError {
    return this.#error(this.#offsetOf(path), `${path === "" ? "the file" : path}: ${text}`, path);
  }

  #error(offset: number, text: string, path: string): UsageError {
    const { line, col } = this.#lines.linePos(offset);
    return new UsageError("bad-scenario", `${this.file}:${line}:${col}: ${text}`, {
      file: this.file,
      line,
      column: col,
      path,
    });
  }

  /** The offset of the deepest part of a path that is there. */
  #offsetOf(path: string): number {
    const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
    for (let depth = keys.length; depth > 0; depth--) {
      const wanted = keys.slice(0, depth).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      const node = this.#document.getIn(wanted, true) as Node | undefined; // a node, since nodes are asked for
      if (node?.range) return node.range[0];
    }
    return 0;
  }

  #plain(node: unknown, isText: boolean): unknown {
    if (isAlias(node)) return this.#plain(node.resolve(this.#document), isText);
    if (isSeq(node)) return node.items.map((item) => this.#plain(item, isText));
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }) => {
        const name = isScalar(key) ? String(key.source ?? key.value) : String(key);
        return [name, this.#plain(value, TEXTS.has(name))] as const;
      });
      return Object.fromEntries(entries);
    }
    if (!isScalar(node)) return undefined;
    return isText && node.value !== null ? String(node.source ?? node.value) : node.value;
  }
}
