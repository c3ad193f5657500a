import type { HttpReply, Router } from "@understudy/kernel";
import { shown } from "../../node/behaviours/jobs.ts";
import type { Caller } from "../../node/node.ts";
import { jobsMessage, type ShownJob } from "../../wire/messages/job.ts";
import { readXml } from "../../wire/xml/read.ts";
import { child } from "../../wire/xml/tree.ts";
import type { RunningPanorama } from "../running-panorama.ts";

type Reply = (status: number, value: unknown) => HttpReply;

const TESTER: Caller = { admin: "tester", by: "panorama", remote: "management" };
const ALL_JOBS = {
  parameters: { type: "op", cmd: "<show><jobs><all/></jobs></show>" },
  credentials: { kind: "none" },
} as const;

/** Jobs of Panorama itself, or of a connected firewall, newest first. */
export function addJobRoutes(router: Router, panorama: RunningPanorama, reply: Reply): void {
  router.route({
    method: "GET",
    path: "/devices/:serial/jobs",
    handle: async ({ params: { serial } }) => {
      if (serial === panorama.profile.serial)
        return reply(200, { jobs: panorama.state.jobs.map((job) => shown(panorama, job)).reverse() });
      if (panorama.registry.row(serial) === undefined) return reply(404, { detail: `Device not found: ${serial}` });
      const jobs = jobsIn((await panorama.sessions.call(serial, ALL_JOBS, TESTER)).text ?? "");
      return jobs === undefined ? reply(409, { detail: `${serial} not connected` }) : reply(200, { jobs });
    },
  });
}

function jobsIn(document: string): readonly ShownJob[] | undefined {
  const reading = readXml(document);
  const result = reading.ok ? child(reading.root, "result") : undefined;
  return result === undefined ? undefined : jobsMessage.parse(result);
}
