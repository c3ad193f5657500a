import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeBackends } from "../../test/store-backends.ts";
import {
  type Comparison,
  insert,
  type Query,
  remove,
  removeWhere,
  replace,
  type Store,
  StoreError,
  table,
  type Write,
} from "./store.ts";

/** Three texts, numbers and a boolean, in a key, a unique set and indexes. */
interface Row {
  readonly id: string;
  readonly part: number;
  readonly name: string | null;
  readonly size: number | null;
  readonly on: boolean;
  readonly note: string;
}

const rows = table<Row>(
  "rows",
  { id: "text", part: "integer", name: "text?", size: "real?", on: "boolean", note: "text" },
  { key: ["id", "part"], unique: [["name", "part"]], indexes: [["name", "size"], ["on"], ["size", "note"]] },
);

// Beyond ASCII, UTF-16 order and UTF-8 order differ for exactly such pairs as U+FFFD and U+1F3AD.
const texts = [
  "",
  "a",
  "ab",
  "b",
  "A",
  "é",
  "\uFFFD",
  "\u{1F3AD}",
  "\u{10FFFF}",
  "a\u{10FFFF}",
  "\uD7FF",
  "\uE000",
  "%",
  "_",
];
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(-1, 0, 1, 1.5, 2, 1e300);
const nullable = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { freq: 3 });
const row: fc.Arbitrary<Row> = fc.record({
  id: fc.constantFrom("a", "b", "\u{1F3AD}"),
  part: fc.integer({ min: 0, max: 4 }),
  name: nullable(text),
  size: nullable(number),
  on: fc.boolean(),
  note: text,
});

const values = {
  id: text,
  part: fc.integer({ min: -1, max: 5 }),
  name: text,
  size: number,
  on: fc.boolean(),
  note: text,
} as const;

type Condition = { readonly column: keyof Row; readonly comparison: Comparison; readonly value: unknown };

const condition: fc.Arbitrary<Condition> = fc
  .tuple(
    fc.constantFrom(...Object.keys(values)),
    fc.constantFrom<Comparison>("=", "=", "!=", "<", "<=", ">", ">=", "in", "prefix"),
  )
  .chain(([name, wanted]) => {
    const column = name as keyof Row;
    const comparison = wanted === "prefix" && rows.columns[column].replace("?", "") !== "text" ? "=" : wanted;
    const value: fc.Arbitrary<unknown> =
      comparison === "in" ? fc.array<unknown>(values[column], { maxLength: 3 }) : nullable<unknown>(values[column]);
    return value.map((value) => ({ column, comparison, value }));
  });

interface Question {
  readonly conditions: readonly Condition[];
  readonly order: readonly (readonly [keyof Row, "asc" | "desc"])[];
  readonly limit: number | undefined;
  readonly offset: number;
}

const question: fc.Arbitrary<Question> = fc.record({
  conditions: fc.array(condition, { maxLength: 3 }),
  order: fc.uniqueArray(
    fc.tuple(fc.constantFrom<keyof Row>("id", "part", "name", "size", "on", "note"), fc.constantFrom("asc", "desc")),
    {
      maxLength: 2,
      selector: ([column]) => column,
    },
  ),
  limit: fc.constantFrom(undefined, 1, 3),
  offset: fc.constantFrom(0, 0, 2),
});

/** Order by bytes of UTF-8, nulls first. */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return Number(a) - Number(b);
}

function meets(of: Row, { column, comparison, value }: Condition): boolean {
  const has = of[column];
  if (comparison === "=") return has === value;
  if (has === null) return false;
  if (comparison === "!=") return has !== value;
  if (comparison === "in") return (value as unknown[]).includes(has);
  if (value === null) return false;
  if (comparison === "prefix") return String(has).startsWith(String(value));
  const order = compare(has, value);
  return { "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0 }[comparison];
}

function answer(all: readonly Row[], { conditions, order }: Question): Row[] {
  const direction = order.at(-1)?.[1] ?? "asc";
  const complete = [...order, ["id", direction] as const, ["part", direction] as const];
  return all
    .filter((one) => conditions.every((condition) => meets(one, condition)))
    .sort((a, b) => {
      for (const [column, way] of complete) {
        const by = compare(a[column], b[column]);
        if (by !== 0) return way === "asc" ? by : -by;
      }
      return 0;
    });
}

const queryOf = ({ conditions, order }: Question): Query<Row> => ({
  where: conditions.map(({ column, comparison }) => [column, comparison] as const),
  order,
});
const valuesOf = ({ conditions }: Question): unknown[] => conditions.map((condition) => condition.value);

type Step =
  | { readonly kind: "put"; readonly batch: readonly Row[] }
  | { readonly kind: "remove"; readonly question: Question }
  | { readonly kind: "ask"; readonly question: Question };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("put"), batch: fc.array(row, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove"), question }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("ask"), question }) },
);

/** Rows as a plain list; a batch is taken whole or not at all. */
class Model {
  rows: Row[] = [];

  put(batch: readonly Row[]): "exists" | undefined {
    let next = this.rows;
    for (const one of batch) {
      const others = next.filter((other) => other.id !== one.id || other.part !== one.part);
      if (one.name !== null && others.some((other) => other.name === one.name && other.part === one.part))
        return "exists";
      next = [...others, one];
    }
    this.rows = next;
    return undefined;
  }
}

/** Inserts or replaces each row of a batch, one after another. */
async function put(store: Store, batch: readonly Row[]): Promise<string | undefined> {
  const current = new Map<string, Row | undefined>();
  const writes: Write[] = [];
  for (const one of batch) {
    const key = `${one.id}/${one.part}`;
    const old = current.has(key) ? current.get(key) : await store.get(rows, one.id, one.part);
    writes.push(old === undefined ? insert(rows, one) : replace(rows, old, one));
    current.set(key, one);
  }
  try {
    await store.commit(writes);
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
}

async function ask(store: Store, question: Question, model: Model): Promise<void> {
  const finder = store.find(rows, queryOf(question));
  const wanted = answer(model.rows, question);
  const { limit, offset } = question;
  expect(await finder.all(valuesOf(question))).toEqual(wanted);
  expect(await finder.first(valuesOf(question))).toEqual(wanted[0]);
  expect(await finder.count(valuesOf(question))).toBe(wanted.length);
  const page = await finder.all(valuesOf(question), limit === undefined ? { offset } : { limit, offset });
  expect(page).toEqual(wanted.slice(offset, limit === undefined ? undefined : offset + limit));
}

describe.each(storeBackends.filter((backend) => !backend.skip))("$name store", (backend) => {
  let server: AsyncDisposable;
  beforeAll(async () => {
    server = await backend.start();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("answers any question as a plain list of rows would, after any writes", { timeout: 120_000 }, async () => {
    await using place = await backend.place();
    const stores = await place.open();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const model = new Model();
        const store = await stores.open(`run${backend.name === "memory" ? run++ : 0}`, [rows]);
        await store.commit([removeWhere(rows, {}, [])]);
        for (const step of steps) {
          if (step.kind === "put") {
            const batch = step.batch.map((one) => ({ ...one }));
            expect(await put(store, batch)).toBe(model.put(batch));
          } else if (step.kind === "remove") {
            await store.commit([removeWhere(rows, queryOf(step.question), valuesOf(step.question))]);
            model.rows = model.rows.filter((one) => !answer(model.rows, step.question).includes(one));
          } else {
            await ask(store, step.question, model);
          }
        }
        const some = await store.find(rows, { order: [["note", "desc"]] }).first([]);
        if (some !== undefined) await store.commit([remove(rows, some)]);
        const rest = answer(model.rows, {
          conditions: [],
          order: [["note", "desc"]],
          limit: undefined,
          offset: 0,
        }).slice(1);
        expect(await store.find(rows, { order: [["note", "desc"]] }).all([])).toEqual(rest);
      }),
      { numRuns: { memory: 1_000, sqlite: 200, postgres: 30 }[backend.name] ?? 100 },
    );
  });
});
