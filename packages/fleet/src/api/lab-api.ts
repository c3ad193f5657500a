import {
  createRouter,
  examine,
  type HttpAnswer,
  type HttpReply,
  header,
  jsonReply,
  type Logger,
  METRICS_CONTENT_TYPE,
  Metrics,
  type ReceivedRequest,
  type Router,
  type RouteTrace,
  type TracingHandler,
  textReply,
  toIso,
} from "@understudy/kernel";
import type { LabView } from "../lab-view.ts";
import { addActionRoutes } from "./action-routes.ts";
import { addDeviceRoutes, questionOf } from "./device-routes.ts";
import { addEventRoutes } from "./event-routes.ts";
import { Guard, type GuardOptions } from "./guard.ts";
import { errorReply, reply, unreadable } from "./replies.ts";
import { type Health, HealthShape } from "./shapes.ts";

export interface LabApiOptions extends GuardOptions {
  /** The process's figures, to which the lab's are added; default: the lab's alone. */
  readonly metrics?: Metrics;
  readonly log?: Logger;
  /** Ends the event streams. */
  readonly signal?: AbortSignal;
}

const TITLE = {
  title: "Understudy lab API",
  version: "1",
  description:
    "Look into a running lab and act on it. The dashboard and the command line use this API and nothing else.",
};

/** The lab API as a handler: serve it on a port, or call it. Throws `UsageError` when an open address has no token. */
export function createLabApi(lab: LabView, options: LabApiOptions = {}): TracingHandler {
  const guard = new Guard(options);
  const router = createRouter({
    notFound: (request) =>
      errorReply(404, { error: "not-found", message: `There is nothing at ${request.target}; see /openapi.json.` }),
    wrongMethod: (_request, allowed) => {
      const refused = errorReply(405, { error: "wrong-method", message: `Use ${allowed.join(" or ")}.` });
      return { ...refused, headers: [...refused.headers, ["Allow", allowed.join(", ")]] };
    },
    invalid: unreadable,
    failed: () => errorReply(500, { error: "internal", message: "The lab failed to answer; its log says why." }),
    trailingSlash: "ignore",
    ...(options.log !== undefined && { log: options.log }),
  });
  addLabRoutes(router, lab, options.metrics);
  addDeviceRoutes(router, lab);
  addEventRoutes(router, lab, options.signal);
  addActionRoutes(router, lab);
  return {
    handle: (request: ReceivedRequest, trace?: RouteTrace): HttpAnswer | Promise<HttpAnswer> =>
      guard.refusal(request) ?? router.handle(request, trace),
  };
}

function addLabRoutes(router: Router, lab: LabView, given: Metrics | undefined): void {
  router.route({
    method: "GET",
    path: "/health",
    describe: {
      summary: "Is the lab well?",
      tag: "lab",
      replies: { 200: reply("It is", HealthShape), 503: reply("It is not", HealthShape) },
    },
    handle: () => healthOf(lab),
  });

  const metrics = given === undefined ? undefined : withLabFigures(given, lab);
  let own: Promise<Metrics> | undefined;
  router.route({
    method: "GET",
    path: "/metrics",
    describe: {
      summary: "Figures for Prometheus",
      tag: "lab",
      replies: { 200: { text: "Text exposition format", type: "text/plain" } },
    },
    handle: async () => {
      own ??= Metrics.open({ live: false }).then((opened) => withLabFigures(opened, lab));
      const text = await (metrics ?? (await own)).text();
      return { ...textReply(text), headers: [["Content-Type", METRICS_CONTENT_TYPE]] };
    },
  });

  router.route({
    method: "GET",
    path: "/openapi.json",
    describe: { summary: "This description", tag: "lab" },
    handle: ({ request }) => jsonReply({ ...router.openapi(TITLE), servers: [{ url: serverUrl(request) }] }),
  });
}

async function healthOf(lab: LabView): Promise<HttpReply> {
  const report = await examine(lab.name, lab.health);
  const health: Health = {
    ...report,
    checks: { ...report.checks },
    lab: {
      name: lab.name,
      time: toIso(lab.time.now()),
      clock: lab.time.kind,
      devices: lab.deviceCount,
      events: lab.events.newest,
    },
  };
  return jsonReply(health, health.status === "ok" ? 200 : 503);
}

function withLabFigures(metrics: Metrics, lab: LabView): Metrics {
  metrics.gauge({
    name: "understudy_devices",
    help: "Devices of the lab by family and phase",
    labels: ["family", "phase"],
    read: () => {
      const counts = new Map<
        string,
        { readonly labels: { readonly family: string; readonly phase: string }; value: number }
      >();
      for (const device of lab.devices()) {
        const labels = { family: device.family, phase: device.state().phase };
        const key = `${labels.family} ${labels.phase}`;
        const count = counts.get(key) ?? { labels, value: 0 };
        count.value++;
        counts.set(key, count);
      }
      return counts.values();
    },
  });
  metrics.gauge({
    name: "understudy_open_questions",
    help: "Questions of devices that nobody has answered yet",
    labels: [],
    read: () => [{ labels: {}, value: count(lab.devices(), (device) => questionOf(device) !== undefined) }],
  });
  metrics.gauge({
    name: "understudy_ledger_differences",
    help: "Devices of which their cloud believes something else than they are",
    labels: [],
    read: () => [{ labels: {}, value: count(lab.devices(), (device) => device.differences().length > 0) }],
  });
  metrics.gauge({
    name: "understudy_events",
    help: "Events since the lab began",
    labels: [],
    read: () => [{ labels: {}, value: lab.events.newest }],
  });
  return metrics;
}

function count<T>(all: Iterable<T>, counts: (one: T) => boolean): number {
  let n = 0;
  for (const one of all) if (counts(one)) n++;
  return n;
}

const serverUrl = ({ headers, via }: ReceivedRequest): string =>
  `${via.secure ? "https" : "http"}://${header(headers, "host") ?? `127.0.0.1:${via.port}`}`;
