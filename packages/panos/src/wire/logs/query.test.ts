import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fits } from "./match.ts";
import { type LogQuery, parseQuery, writeQuery } from "./query.ts";

const value = fc.string({ unit: fc.constantFrom(..."abcXYZ019 ./:-_'()!\\\"üñ".split("")), maxLength: 12 });
const { tree: anyQuery } = fc.letrec<{ tree: LogQuery; compare: LogQuery }>((tie) => ({
  compare: fc.record({
    kind: fc.constant("compare" as const),
    field: fc.constantFrom("cmd", "addr.src", "receive_time", "severity"),
    operator: fc.constantFrom("eq", "neq", "contains", "geq", "leq", "in", "notin"),
    value,
  }),
  tree: fc.oneof(
    { maxDepth: 5 },
    tie("compare"),
    fc.record({ kind: fc.constantFrom("and", "or"), left: tie("tree"), right: tie("tree") }),
    fc.record({ kind: fc.constant("not" as const), inner: tie("tree") }),
  ),
}));

const entry: Readonly<Record<string, string>> = {
  cmd: "set",
  admin: "admin",
  severity: "high",
  sport: "443",
  receive_time: "2026/11/20 10:00:00",
  src: "10.1.2.3",
  path: "/config/shared/entry[@name='r2']",
  srcuser: "corp\\ann",
};
const holds = (source: string): boolean | undefined => {
  const query = parseQuery(source);
  return query && fits(query, (field) => (entry[field] === undefined ? [] : [entry[field]]));
};

describe("queries of logs", () => {
  test("what is written is read back", () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(parseQuery(writeQuery(query))).toEqual(query);
      }),
    );
  });

  test("any text is a query or none, and never an error", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseQuery(text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("(", ")", "!", "a ", "eq ", "and ", "or ", "'") }), (text) => {
        const query = parseQuery(text);
        if (query !== undefined) expect(parseQuery(writeQuery(query))).toEqual(query);
      }),
    );
  });

  test.each([
    ["", true],
    ["(cmd eq set)", true],
    ["( cmd eq 'set' ) and ( admin neq admin )", false],
    ["(cmd eq edit) or (cmd contains se) and (admin eq admin)", true],
    ["not (cmd eq set)", false],
    ["!(cmd eq edit)", true],
    ["(severity geq medium)", true],
    ["(severity geq critical)", false],
    ["(sport leq 1000)", true],
    ["(receive_time geq '2026/11/20 09:59:59') and (receive_time leq '2026/11/20 10:00:01')", true],
    ["(receive_time geq '2026/11/20 10:00:01')", false],
    ["(src in 10.0.0.0/8)", true],
    ["(src notin 10.1.2.0/24)", false],
    ["(path contains '\\'r2\\'')", true],
    ["(path contains '\\'r\\'') or (path contains \"\\\"\")", false],
    ["(srcuser eq 'corp\\ann')", true],
    ["(srcuser eq 'corp\\\\ann')", true],
    ["(srcuser contains 'corp\\')", true],
    ["(nothing eq x)", false],
    ["(nothing neq x)", true],
    ["(cmd eq", undefined],
    ["cmd equals set", undefined],
    ["(cmd eq set))", undefined],
  ])("%s", (source, expected) => expect(holds(source)).toBe(expected));

  test("are bounded", () => {
    expect(holds("(".repeat(500))).toBeUndefined();
    expect(holds(`(cmd eq ${"x".repeat(5000)})`)).toBeUndefined();
  });
});
