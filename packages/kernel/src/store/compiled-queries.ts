import type { Query } from "./store.ts";

/** What was made of a table's queries: the same query object, or one of the same shape, is compiled once. */
export class CompiledQueries<Compiled> {
  readonly #compile: (query: Query<object>) => Compiled;
  readonly #byObject = new WeakMap<object, Compiled>();
  readonly #byShape = new Map<string, Compiled>();

  constructor(compile: (query: Query<object>) => Compiled) {
    this.#compile = compile;
  }

  of(query: Query<object>): Compiled {
    const known = this.#byObject.get(query);
    if (known !== undefined) return known;
    const shape = JSON.stringify([query.where, query.order]);
    let compiled = this.#byShape.get(shape);
    if (compiled === undefined) {
      compiled = this.#compile(query);
      if (this.#byShape.size >= MAX_SHAPES) this.#byShape.clear();
      this.#byShape.set(shape, compiled);
    }
    this.#byObject.set(query, compiled);
    return compiled;
  }
}

/** Query shapes kept per table; with more, all are compiled anew. */
const MAX_SHAPES = 200;
