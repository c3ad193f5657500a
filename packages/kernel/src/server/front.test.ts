import { expect, test } from "vitest";
import { CollectedLogs } from "../log/collected-logs.ts";
import { EMPTY_BODY, type HttpReply, type ReceivedRequest } from "../network/http.ts";
import { type Instant, later, seconds, VIRTUAL_EPOCH } from "../time/units.ts";
import { Front, type FrontOptions } from "./front.ts";
import { Metrics } from "./metrics.ts";
import { emptyReply, jsonReply, textReply } from "./reply.ts";
import { createRouter } from "./router.ts";

const aRequest = (method: string, target: string, remote = "127.0.0.1"): ReceivedRequest => ({
  method,
  target,
  version: "1.1",
  headers: [],
  body: EMPTY_BODY,
  via: { listener: "http", secure: false, port: 7410, remote },
});

async function aFront(options: Partial<FrontOptions> = {}) {
  const clock = { now: VIRTUAL_EPOCH as Instant };
  const logs = new CollectedLogs({ now: () => clock.now });
  const metrics = await Metrics.open({ live: false });
  const router = createRouter({
    notFound: () => emptyReply(404),
    wrongMethod: () => emptyReply(405),
    invalid: () => emptyReply(400),
    failed: () => emptyReply(500),
  });
  router.route({
    method: "GET",
    path: "/devices/:id",
    handle: ({ params }) => {
      clock.now = later(clock.now, seconds(0.2));
      return jsonReply(params);
    },
  });
  router.route({ method: "GET", path: "/health", handle: () => textReply("mine") });
  router.route({ method: "GET", path: "/slow", handle: () => Promise.resolve(emptyReply(503)) });
  const front = new Front({
    server: "pantahub",
    now: () => clock.now,
    log: logs.logFor("pantahub"),
    metrics,
    health: {},
    ...options,
  });
  const handler = front.wrap(router);
  const ask = async (request: ReceivedRequest): Promise<HttpReply> => (await handler.handle(request)) as HttpReply; // No outcomes here.
  return { clock, logs, metrics, ask };
}

test("health is 200 while all checks pass, 503 with the reason when one fails", async () => {
  let full = false;
  const store = (): string => {
    if (full) throw new Error("disk full");
    return "12 tables";
  };
  const { ask } = await aFront({ health: { store } });
  expect(await ask(aRequest("GET", "/health?x=1"))).toMatchObject({
    status: 200,
    body: { value: { status: "ok", server: "pantahub", checks: { store: { status: "ok", text: "12 tables" } } } },
  });
  full = true;
  expect(await ask(aRequest("GET", "/health"))).toMatchObject({
    status: 503,
    body: { value: { status: "failing", checks: { store: { status: "failing", text: "disk full" } } } },
  });
});

test("a server may keep its own /health", async () => {
  const { ask } = await aFront({ paths: { health: undefined, metrics: "/internal/metrics" } });
  expect(await ask(aRequest("GET", "/health"))).toMatchObject({ body: { text: "mine" } });
  expect((await ask(aRequest("GET", "/metrics"))).status).toBe(404);
  expect((await ask(aRequest("GET", "/internal/metrics"))).status).toBe(200);
});

test("metrics count requests, errors and latency by route pattern", async () => {
  const { ask } = await aFront();
  await ask(aRequest("GET", "/devices/a"));
  await ask(aRequest("GET", "/devices/b"));
  await ask(aRequest("GET", "/slow"));
  await ask(aRequest("GET", "/no/such/path"));
  await ask(aRequest("BREW", "/devices/a"));
  const reply = await ask(aRequest("GET", "/metrics"));
  const lines = reply.body.kind === "text" ? reply.body.text.split("\n") : [];
  expect(lines).toContain(
    'understudy_http_requests_total{server="pantahub",route="/devices/:id",method="GET",result="200"} 2',
  );
  expect(lines).toContain('understudy_http_errors_total{server="pantahub",route="/slow",method="GET",result="503"} 1');
  expect(lines).toContain(
    'understudy_http_errors_total{server="pantahub",route="unmatched",method="GET",result="404"} 1',
  );
  expect(lines).toContain(
    'understudy_http_errors_total{server="pantahub",route="unmatched",method="other",result="405"} 1',
  );
  expect(lines).toContain(
    'understudy_http_request_duration_seconds_bucket{le="0.1",server="pantahub",route="/devices/:id",method="GET"} 0',
  );
  expect(lines).toContain(
    'understudy_http_request_duration_seconds_bucket{le="0.25",server="pantahub",route="/devices/:id",method="GET"} 2',
  );
});

test("beyond the rate limit an address gets 429 with Retry-After, others do not", async () => {
  const { ask, clock } = await aFront({ rateLimit: 2 });
  const statuses = async (remote: string, n: number): Promise<number[]> => {
    const all: number[] = [];
    for (let i = 0; i < n; i++) all.push((await ask(aRequest("GET", "/slow", remote))).status);
    return all;
  };
  expect(await statuses("10.0.0.1", 3)).toEqual([503, 503, 429]);
  expect(await statuses("10.0.0.2", 1)).toEqual([503]);
  const refused = await ask(aRequest("GET", "/slow", "10.0.0.1"));
  expect(refused.headers).toContainEqual(["Retry-After", "1"]);
  expect((await ask(aRequest("GET", "/health", "10.0.0.1"))).status).toBe(200);
  clock.now = later(clock.now, seconds(1));
  expect(await statuses("10.0.0.1", 3)).toEqual([503, 503, 429]);
});

test("the request log names path and result, never the query or a long token", async () => {
  const { ask, logs } = await aFront();
  await ask(aRequest("GET", `/devices/${"t".repeat(200)}?key=secret`));
  await ask(aRequest("GET", "/slow"));
  expect(logs.lines.map((line) => [line.level, line.text])).toEqual([
    ["info", "GET /devices/tttttttttttttttt… 200"],
    ["info", "GET /slow 503"],
  ]);
});
