import { type Audit, jsonReply, type Router, toIso } from "@understudy/kernel";
import { DURATION_FORMS, parseDuration } from "../lab/duration.ts";
import type { LabView } from "../lab-view.ts";
import { carryOut, errorReply, reply } from "./replies.ts";
import { AdvanceShape, type LabTime, LabTimeShape } from "./shapes.ts";

/** A year: who wants more has made a slip of the pen. */
const FURTHEST_MS = 366 * 86_400_000;

/** The lab's time, and putting it forward. */
export function addTimeRoutes(router: Router, lab: LabView, audit: Audit): void {
  const timeNow = (): LabTime => ({ time: toIso(lab.time.now()), clock: lab.time.kind });

  router.route({
    method: "GET",
    path: "/time",
    describe: { summary: "The lab's time", tag: "time", replies: { 200: reply("Now", LabTimeShape) } },
    handle: () => jsonReply(timeNow()),
  });

  router.route({
    method: "POST",
    path: "/time/advance",
    body: AdvanceShape,
    describe: {
      summary: "Put the lab's time forward: what would have happened meanwhile happens at once, in its order",
      details: "The reply comes when the lab has arrived. Clients outside the lab see its clocks jump.",
      tag: "time",
      replies: {
        200: reply("The time after it", LabTimeShape),
        400: reply("No such duration"),
        409: reply("The lab's time cannot be moved now"),
      },
    },
    handle: ({ body, via }) => {
      const by = parseDuration(body.by);
      if (by === undefined || by > FURTHEST_MS) {
        const message = `body.by: found ${JSON.stringify(body.by)}; accepted: ${DURATION_FORMS}, at most 366d.`;
        return errorReply(400, { error: "bad-request", message, path: "body.by", accepted: DURATION_FORMS });
      }
      const change = { audit, who: via.remote, action: "time.advance", target: lab.name, details: { ...body } };
      return carryOut(change, async () => {
        await lab.advance(by);
        return jsonReply(timeNow());
      });
    },
  });
}
