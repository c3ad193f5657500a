import { type HttpReply, header, type ReceivedRequest, type Router } from "@understudy/kernel";
import type { LabView } from "../lab-view.ts";
import { EventStream } from "./event-stream.ts";
import { EventQueryShape } from "./shapes.ts";

const HEADERS: HttpReply["headers"] = [
  ["Content-Type", "text/event-stream; charset=utf-8"],
  ["Cache-Control", "no-store"],
  ["X-Accel-Buffering", "no"],
];

/** The lab's events as they happen. `signal` ends all streams. */
export function addEventRoutes(router: Router, lab: LabView, signal: AbortSignal | undefined): void {
  router.route({
    method: "GET",
    path: "/events",
    query: EventQueryShape,
    describe: {
      summary: "Events as server-sent events",
      details:
        "The event id is the event's number. With `Last-Event-ID` (which counts before `since`) the stream goes on behind it; " +
        "events that are no longer kept are announced as event `gap` with `{from, to}`. A comment comes when nothing else does.",
      tag: "events",
      replies: { 200: { text: "The stream", type: "text/event-stream" } },
    },
    handle: ({ request, query, via }) => {
      const { since = lab.events.newest, ...filter } = query;
      const order = { ...filter, since: lastEventId(request) ?? since };
      const chunks = new EventStream(lab.events, lab.time, order, [via.signal, signal]);
      return { status: 200, headers: HEADERS, body: { kind: "stream", chunks } };
    },
  });
}

function lastEventId(request: ReceivedRequest): number | undefined {
  const text = header(request.headers, "last-event-id");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
