import {
  createRouter,
  emptyReply,
  type HttpRequest,
  InProcessNetwork,
  json,
  jsonReply,
  tcp,
  VirtualTime,
} from "@understudy/kernel";
import { Type } from "typebox";

// Exchanges per second through the in-process network, routing and validation: GET with a path parameter, GET with a query, and
// PATCH with a JSON body. To reach: 300,000/s each.
const EXCHANGES = 300_000;
const ID = "65f0c1aaaaaaaaaaaaaaaaaa";

const router = createRouter({
  notFound: () => emptyReply(404),
  wrongMethod: () => emptyReply(405),
  invalid: () => emptyReply(400),
  failed: () => emptyReply(500),
  trailingSlash: "ignore",
});
for (const path of [
  "/devices",
  "/devices/:id",
  "/trails/:id/steps",
  "/trails/:id/steps/:rev",
  "/objects/:id",
  "/logs",
]) {
  router.route({ method: "GET", path, handle: ({ path: asked }) => jsonReply({ asked }) });
}
router.route({
  method: "GET",
  path: "/devices/:id/user-meta",
  query: Type.Object({ since: Type.Optional(Type.Integer({ minimum: 0 })) }),
  handle: ({ params, query }) => jsonReply({ id: params.id, since: query.since ?? 0 }),
});
router.route({
  method: "PATCH",
  path: "/devices/:id/device-meta",
  body: Type.Record(Type.String(), Type.Unknown()),
  handle: ({ body }) => jsonReply(body),
});

const network = new InProcessNetwork(new VirtualTime());
await network.serve(tcp("127.0.0.1", 7410), router);
const request = (method: string, target: string, body: HttpRequest["body"] = { kind: "empty" }): HttpRequest => ({
  method,
  target,
  version: "1.1",
  headers: [["Authorization", "Bearer x"]],
  body,
});
const cases: readonly (readonly [string, HttpRequest])[] = [
  ["GET, path parameter", request("GET", `/devices/${ID}`)],
  ["GET, query", request("GET", `/devices/${ID}/user-meta?since=7`)],
  [
    "PATCH, JSON body",
    request("PATCH", `/devices/${ID}/device-meta`, json({ "storage.free": "1234", "sysinfo.uptime": 7 })),
  ],
];
const to = tcp("127.0.0.1", 7410);
for (const [name, asked] of cases) {
  let best = 0;
  for (let round = 0; round < 3; round++) best = Math.max(best, await perSecond(asked));
  console.log(`${name.padEnd(24)} ${Math.round(best).toLocaleString("en-US").padStart(12)} exchanges/s`);
}
await network[Symbol.asyncDispose]();

async function perSecond(asked: HttpRequest): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < EXCHANGES; n++) {
    const { status } = await network.request(to, asked);
    if (status !== 200) throw new Error(`Status ${status}`);
  }
  return (EXCHANGES / (performance.now() - start)) * 1000;
}
