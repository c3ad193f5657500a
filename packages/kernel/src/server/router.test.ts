import { Type } from "typebox";
import { expect, expectTypeOf, test } from "vitest";
import type { WireError } from "../errors/wire-error.ts";
import { tcp } from "../network/address.ts";
import {
  type Body,
  binary,
  EMPTY_BODY,
  type HttpAnswer,
  type HttpReply,
  json,
  type ReceivedRequest,
  text,
} from "../network/http.ts";
import { InProcessNetwork } from "../network/in-process/in-process-network.ts";
import { bytes } from "../time/units.ts";
import { VirtualTime } from "../time/virtual-time.ts";
import { emptyReply, jsonReply, textReply } from "./reply.ts";
import { createOwnedRouter, createRouter, type Router, type RouterOptions } from "./router.ts";
import { reasonOf } from "./wire-problem.ts";

const aRequest = (method: string, target: string, body: Body = EMPTY_BODY): ReceivedRequest => ({
  method,
  target,
  version: "1.1",
  headers: [],
  body,
  via: { listener: "http", secure: false, port: 80, remote: "127.0.0.1" },
});

function aRouter(options: Partial<RouterOptions> = {}): Router {
  return createRouter({
    notFound: () => textReply("no such thing", 404),
    wrongMethod: (_request, allowed) => textReply(allowed.join(" "), 405),
    invalid: (error) => textReply(`${reasonOf(error)} ${error.message}`, 400),
    failed: () => textReply("broken", 500),
    ...options,
  });
}

async function ask(router: Router, request: ReceivedRequest): Promise<HttpReply> {
  const answer: HttpAnswer = await router.handle(request);
  if ("outcome" in answer) throw new Error(`Unexpected outcome ${answer.outcome}`);
  return answer;
}

const said = (reply: HttpReply): unknown => {
  if (reply.body.kind === "json") return reply.body.value;
  return reply.body.kind === "text" ? reply.body.text : undefined;
};

test("a handler gets typed and decoded path parameters", async () => {
  const router = aRouter();
  router.route({
    method: "GET",
    path: "/devices/:id/files/*",
    handle: ({ params, path, search }) => {
      expectTypeOf(params.id).toEqualTypeOf<string>();
      return jsonReply({ id: params.id, rest: params["*"], path, search });
    },
  });
  const reply = await ask(router, aRequest("GET", "http://lab:7400/devices/a%2Fb%20c/files/x/%C3%A9?raw=%31"));
  expect(said(reply)).toEqual({
    id: "a/b c",
    rest: "x/é",
    path: "/devices/a%2Fb%20c/files/x/%C3%A9",
    search: "raw=%31",
  });
});

test("a query is read by its schema, with defaults", async () => {
  const router = aRouter();
  router.route({
    method: "GET",
    path: "/list",
    query: Type.Object({
      limit: Type.Integer({ minimum: 1, maximum: 100, default: 10 }),
      all: Type.Optional(Type.Boolean()),
      tag: Type.Optional(Type.Array(Type.String())),
    }),
    handle: ({ query }) => jsonReply(query),
  });
  expect(said(await ask(router, aRequest("GET", "/list")))).toEqual({ limit: 10 });
  expect(said(await ask(router, aRequest("GET", "/list?limit=3&all=true&tag=a+b&tag=%63&x=1")))).toEqual({
    limit: 3,
    all: true,
    tag: ["a b", "c"],
  });
  expect(said(await ask(router, aRequest("GET", "/list?limit=500")))).toBe(
    "shape query.limit: found 500; expected an integer from 1 to 100",
  );
  expect(said(await ask(router, aRequest("GET", "/list?limit=many")))).toBe(
    'shape query.limit: found "many"; expected an integer from 1 to 100',
  );
});

const Publish = Type.Object({
  rev: Type.Integer(),
  mode: Type.Optional(Type.Union([Type.Literal("on"), Type.Literal("off")])),
});

function aPublishRouter(): Router {
  const router = aRouter();
  router.route({
    method: "POST",
    path: "/publish",
    body: Publish,
    bodyRules: { maxBytes: bytes(100) },
    handle: ({ body }) => jsonReply({ got: body.rev }, 201),
  });
  return router;
}

const streamOf = (...parts: string[]): Body => ({
  kind: "stream",
  chunks: (async function* () {
    for (const part of parts) yield new TextEncoder().encode(part);
  })(),
});

test.each<[string, Body]>([
  ["a value", json({ rev: 7 })],
  ["text", text('{"rev":7}')],
  ["bytes", binary(new TextEncoder().encode('{"rev":1,"rev":7}'))],
  ["a stream", streamOf('{"re', 'v":7}')],
])("a body may come as %s", async (_name, body) => {
  const reply = await ask(aPublishRouter(), aRequest("POST", "/publish", body));
  expect([reply.status, said(reply)]).toEqual([201, { got: 7 }]);
});

test.each<[string, Body, string]>([
  ["nothing", EMPTY_BODY, "syntax body: found nothing; expected a JSON text"],
  ["no JSON", text("{rev"), 'syntax body: found "{rev", which is not JSON; expected a JSON text'],
  [
    "no UTF-8",
    binary(Uint8Array.of(0x22, 0xff, 0x22)),
    "syntax body: found bytes that are not UTF-8; expected UTF-8 text",
  ],
  ["a missing member", json({}), "shape body.rev: found nothing; expected an integer"],
  ["a wrong member", json({ rev: "7" }), 'shape body.rev: found "7"; expected an integer'],
  ["an unknown choice", json({ rev: 7, mode: "up" }), 'shape body.mode: found "up"; expected one of "on", "off"'],
  [
    "too much",
    text(`{"rev":7,"x":"${"x".repeat(100)}"}`),
    "too-large body: found a larger one; expected at most 100 bytes",
  ],
  [
    "too much in pieces",
    streamOf("x".repeat(90), "x".repeat(90)),
    "too-large body: found a larger one; expected at most 100 bytes",
  ],
  [
    "too deep",
    text(`${"[".repeat(65)}`),
    "too-deep body: found JSON nested deeper than 64; expected at most 64 levels",
  ],
])("a body with %s is refused in the server's own words", async (_name, body, words) => {
  const reply = await ask(aPublishRouter(), aRequest("POST", "/publish", body));
  expect([reply.status, said(reply)]).toEqual([400, words]);
});

test("duplicate keys can be refused", async () => {
  const router = aRouter();
  router.route({
    method: "POST",
    path: "/x",
    body: Type.Unknown(),
    bodyRules: { duplicates: "refuse" },
    handle: () => emptyReply(),
  });
  expect((await ask(router, aRequest("POST", "/x", text('{"a":{"b":1},"b":"a\\":"}')))).status).toBe(204);
  expect(said(await ask(router, aRequest("POST", "/x", text('{"a":[{"b":1, "\\u0062" :2}]}'))))).toBe(
    'duplicate-key body: found the key "b" twice; expected each key once',
  );
});

test("unknown paths, wrong methods and malformed paths are told apart", async () => {
  const router = aPublishRouter();
  router.route({ method: "GET", path: "/devices/:id", handle: () => emptyReply() });
  expect((await ask(router, aRequest("GET", "/Publish"))).status).toBe(404);
  expect(await ask(router, aRequest("PUT", "/publish"))).toMatchObject({ status: 405, body: { text: "POST" } });
  expect((await ask(router, aRequest("__proto__", "/nowhere"))).status).toBe(404);
  expect(said(await ask(router, aRequest("GET", "/devices/%ff")))).toMatch(/^syntax path: found "\/devices\/%ff"/);
  expect((await ask(router, aRequest("GET", `/devices/${"x".repeat(5000)}`))).status).toBe(404);
  expect((await ask(router, aRequest("OPTIONS", "*"))).status).toBe(404);
});

test("a trailing slash counts unless it is said to be ignored", async () => {
  for (const [trailingSlash, status] of [
    ["exact", 404],
    ["ignore", 204],
  ] as const) {
    const router = aRouter({ trailingSlash });
    router.route({ method: "GET", path: "/trails/", handle: () => emptyReply() });
    expect((await ask(router, aRequest("GET", "/trails"))).status).toBe(status);
    expect((await ask(router, aRequest("GET", "/trails/?a=1"))).status).toBe(204);
  }
});

test("HEAD is answered by the route for GET; its body is the network's matter", async () => {
  await using network = new InProcessNetwork(new VirtualTime());
  const router = aRouter();
  router.route({ method: "GET", path: "/a", handle: ({ request }) => textReply(request.method) });
  const { address } = await network.serve(tcp("127.0.0.1", 0), router);
  expect(await ask(router, aRequest("HEAD", "/a"))).toMatchObject({ status: 200, body: { text: "GET" } });
  expect(await network.request(address, aRequest("HEAD", "/a"))).toMatchObject({
    status: 200,
    body: { kind: "empty" },
  });
});

test("a handler that throws or rejects becomes the server's own 500 and a log line", async () => {
  const lines: string[] = [];
  const note = (words: string | (() => string)): void => void lines.push(typeof words === "string" ? words : words());
  const router = aRouter({ log: { debug: note, info: note, warn: note, error: note } });
  router.route({
    method: "GET",
    path: "/now",
    handle: () => {
      throw new Error("disk on fire");
    },
  });
  router.route({ method: "GET", path: "/later", handle: () => Promise.reject(new Error("still on fire")) });
  expect((await ask(router, aRequest("GET", "/now"))).status).toBe(500);
  expect((await ask(router, aRequest("GET", "/later"))).status).toBe(500);
  expect(lines).toEqual(["GET /now failed: disk on fire", "GET /later failed: still on fire"]);
});

test("an answer that is at hand is given at once, and the route is traced", () => {
  const router = aPublishRouter();
  const trace = { route: undefined };
  const answer = router.handle(aRequest("POST", "/publish", json({ rev: 1 })), trace);
  expect(answer).not.toBeInstanceOf(Promise);
  expect(trace.route).toBe("/publish");
});

test("one router serves many owners", async () => {
  const router = createOwnedRouter<{ readonly name: string }>({
    notFound: () => emptyReply(404),
    wrongMethod: () => emptyReply(405),
    invalid: (_error: WireError) => emptyReply(400),
    failed: () => emptyReply(500),
  });
  router.route({ method: "GET", path: "/name", handle: ({ owner }) => textReply(owner.name) });
  expect(await router.answer({ name: "fw-01" }, aRequest("GET", "/name"))).toMatchObject({ body: { text: "fw-01" } });
});

test("routes describe themselves as OpenAPI 3.1", () => {
  const router = aPublishRouter();
  router.route({
    method: "GET",
    path: "/devices/:id",
    query: Type.Object({ full: Type.Optional(Type.Boolean({ description: "All of it" })) }),
    describe: {
      summary: "One device",
      replies: { 200: { text: "It", schema: Publish }, 404: { text: "No such device" } },
    },
    handle: () => emptyReply(),
  });
  router.route({ method: "GET", path: "/secret", describe: { summary: "", hidden: true }, handle: () => emptyReply() });
  const document = router.openapi({ title: "Test", version: "1" });
  expect(Object.keys(document.paths)).toEqual(["/publish", "/devices/{id}"]);
  expect(document.paths["/devices/{id}"]?.get).toEqual({
    summary: "One device",
    parameters: [
      { name: "id", in: "path", required: true, schema: { type: "string" } },
      {
        name: "full",
        in: "query",
        required: false,
        schema: expect.objectContaining({ type: "boolean" }),
        description: "All of it",
      },
    ],
    responses: {
      200: { description: "It", content: { "application/json": { schema: Publish } } },
      404: { description: "No such device" },
    },
  });
});
