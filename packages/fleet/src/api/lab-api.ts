import {
  type Audit,
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
  silentAudit,
  type TracingHandler,
  textReply,
  toIso,
} from "@understudy/kernel";
import type { LabView } from "../lab-view.ts";
import { addActionRoutes } from "./action-routes.ts";
import { addCloudRoutes } from "./cloud-routes.ts";
import { addDeviceRoutes } from "./device-routes.ts";
import { addEventRoutes } from "./event-routes.ts";
import { addFaultRoutes } from "./fault-routes.ts";
import { Guard, type GuardOptions } from "./guard.ts";
import { addLabFigures } from "./lab-figures.ts";
import { errorReply, reply, unreadable } from "./replies.ts";
import { type Health, HealthShape } from "./shapes.ts";
import { addTimeRoutes } from "./time-routes.ts";

export interface LabApiOptions extends GuardOptions {
  /** The process's figures, to which the lab's are added; default: the lab's alone. */
  readonly metrics?: Metrics;
  readonly log?: Logger;
  /** Where answers, power and actions are noted; default: nowhere. */
  readonly audit?: Audit;
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
  const audit = options.audit ?? silentAudit;
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
  addDeviceRoutes(router, lab, audit);
  addEventRoutes(router, lab, options.signal);
  addActionRoutes(router, lab, audit);
  addFaultRoutes(router, lab, audit);
  addTimeRoutes(router, lab, audit);
  addCloudRoutes(router, lab);
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

  if (given !== undefined) addLabFigures(given, lab);
  let opening: Promise<Metrics> | undefined = given && Promise.resolve(given);
  router.route({
    method: "GET",
    path: "/metrics",
    describe: {
      summary: "Figures for Prometheus",
      tag: "lab",
      replies: { 200: { text: "Text exposition format", type: "text/plain" } },
    },
    handle: async () => {
      opening ??= Metrics.open({ live: false }).then((opened) => {
        addLabFigures(opened, lab);
        return opened;
      });
      const text = await (await opening).text();
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

const serverUrl = ({ headers, via }: ReceivedRequest): string =>
  `${via.secure ? "https" : "http"}://${header(headers, "host") ?? `127.0.0.1:${via.port}`}`;
