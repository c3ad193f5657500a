import {
  type Body,
  binary,
  type CellSnapshot,
  EMPTY_BODY,
  json,
  type Route,
  type Router,
  text,
} from "@understudy/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";
import type { Hub } from "../hub.ts";
import { Endpoints } from "./endpoints.ts";
import { registerEndpoints } from "./server.ts";

/** Every route, as it was registered. */
function routes(): readonly { readonly method: string; readonly path: string }[] {
  const found: { method: string; path: string }[] = [];
  const route = ({ method, path }: Pick<Route<undefined, string>, "method" | "path">) =>
    found.push({ method: String(method), path });
  // It only takes names down; no endpoint is called.
  registerEndpoints(new Endpoints({} as Hub, { route } as unknown as Router));
  return found;
}

const sha = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const words = [
  "sha256sum",
  "state",
  "rev",
  "nick",
  "secret",
  "size",
  "status",
  "progress",
  "downloads",
  "#spec",
  "a.bin",
  "username",
  "password",
  "email",
  "msg",
  "__proto__",
  "filter",
  "next-cursor",
];
const wellMeant = new Map<string, readonly unknown[]>(
  Object.entries({
    sha256sum: [sha],
    "#spec": ["pantavisor-service-system@1"],
    rev: [-1, 1],
    size: ["6"],
    nick: ["x"],
  }),
);

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.jsonValue(),
    fc.constantFrom(null, "", "..", "\0", "\ud800", -1, 2.5, 1e308, sha, {}, []),
    tie("map"),
  ),
  map: fc
    .array(fc.constantFrom(...words), { maxLength: 5 })
    .chain((names) =>
      fc
        .tuple(...names.map((name) => fc.oneof(tie("any"), fc.constantFrom(...(wellMeant.get(name) ?? [null])))))
        .map((values) => Object.fromEntries(names.map((name, at) => [name, values[at]]))),
    ),
})).any;

const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constant(EMPTY_BODY),
  value.map((given) => json(JSON.parse(JSON.stringify(given ?? null)))),
  value.map((given) => text(JSON.stringify(given ?? null))),
  fc.string({ unit: "binary" }).map(text),
  fc.uint8Array({ maxLength: 40 }).map(binary),
  fc.constantFrom(
    text("{"),
    text('{"a":1,"a":2}'),
    text('{"state":{},"state":{}}'),
    text("1e999"),
    text("[".repeat(100) + "]".repeat(100)),
    text(`{"a":${"[".repeat(80)}${"]".repeat(80)}}`),
    binary(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe)),
    text("\ufeff{}"),
    text('{"rev":-1,"state":{"#spec":"pantavisor-service-system@1","../x":"1"}}'),
  ),
);

const parameter = (known: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...known),
    fc.constantFrom(
      "..",
      "%00",
      "%ff",
      "0",
      "-1",
      "99999999999999999999",
      "a".repeat(300),
      "%2e%2e%2f",
      "prn:::devices:/",
    ),
    fc.string({ unit: "binary", maxLength: 20 }).map((part) => encodeURIComponent(part.toWellFormed())),
  );
const search = fc.oneof(
  fc.constant(""),
  fc.constantFrom(
    "?challenge=x",
    "?page=x",
    "?cursor=true&page=0",
    "?progress.status={",
    "?progress.status=%7B%22$nin%22:1%7D",
    "?sort=,,-",
    "?filter=7",
    "?after=now",
    "?%00=%00",
    "?owner-nick=user2",
    "?fields=,-,rev",
    "?page[size]=-1",
    "?autolink=no",
  ),
  fc.string({ unit: "binary", maxLength: 30 }).map((part) => `?${encodeURI(part.toWellFormed())}`),
);

async function aStage() {
  const hub = await HubUnderTest.open();
  const device = await hub.deviceWithTrail();
  const owner = await hub.login();
  await hub.get("POST", `/trails/${device.id}/steps`, {
    token: owner,
    value: { rev: -1, state: { "#spec": "pantavisor-service-system@1" } },
  });
  await hub.ask("POST", "/objects/", { token: owner, value: { sha256sum: sha, size: "6" } });
  const read = { username: "prn:pantahub.com:auth:/anon", password: "x", scope: "trails.readonly" };
  const anonymous = (await hub.get("POST", "/auth/login", { value: read })).token;
  const tokens = [
    undefined,
    "",
    "x.y.z",
    owner,
    device.token,
    await hub.login("user2"),
    await hub.login("admin"),
    anonymous,
  ];
  return { hub, device, tokens, ids: [device.id, "65f0c1a2b3c4d5e6f7a8b9c0", sha, "1", "0", device.prn, "user1"] };
}

const rowsOf = ({ stores }: CellSnapshot) =>
  Object.values(stores).flatMap((tables) =>
    Object.values(tables as Record<string, { rows: readonly object[] }>).flatMap((table) => table.rows),
  );

describe("whatever is sent, the answer is a documented one", () => {
  test.each(routes().map(({ method, path }) => [method, path] as const))("%s %s", async (method, path) => {
    const { hub, tokens, ids } = await aStage();
    await using _ = hub;
    const names = path.match(/:\w+/g) ?? [];
    const request = fc.record({
      parameters: fc.tuple(...names.map(() => parameter(ids))),
      search,
      body,
      token: fc.constantFrom(...tokens),
    });
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const target =
          names.reduce((now, name, at) => now.replace(name, given.parameters[at] ?? ""), path) + given.search;
        const before = rowsOf(await hub.site.virtual.freeze());
        const told = await hub.ask(method, target, {
          body: given.body,
          ...(given.token !== undefined && { token: given.token }),
        });
        expect(told.text).not.toContain("The server failed");
        expect(told.headers.every(([, line]) => line !== "" && !line.endsWith(","))).toBe(true);
        if (told.status < 400) return;
        if (told.status !== 409) expect(rowsOf(await hub.site.virtual.freeze())).toEqual(before);
        const answer = told.json as Record<string, unknown>;
        if (told.status === 409 && "sha256sum" in answer) return;
        if (path.endsWith("/validate") && answer.status === "failed") return;
        if ("Error" in answer) expect(Object.keys(answer)).toEqual(["Error"]);
        else
          expect(answer).toEqual({
            error: expect.stringMatching(/^REST-ERR-ID-\d{19}$/),
            msg: expect.any(String),
            code: told.status,
          });
      }),
      { numRuns: 80 },
    );
  });
});

test("the fuzzer knows every endpoint", () => {
  expect(routes().length).toBeGreaterThan(60);
});
