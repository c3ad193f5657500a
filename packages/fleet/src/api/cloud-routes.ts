import { jsonReply, type Router } from "@understudy/kernel";
import type { LabView } from "../lab-view.ts";
import { errorReply, reply } from "./replies.ts";
import { type Clouds, CloudsShape } from "./shapes.ts";

/** The lab's clouds, and what each tells testers beside its public API. */
export function addCloudRoutes(router: Router, lab: LabView): void {
  router.route({
    method: "GET",
    path: "/clouds",
    describe: { summary: "The lab's clouds", tag: "clouds", replies: { 200: reply("All of them", CloudsShape) } },
    handle: () => {
      const clouds = lab.clouds.map((name) => ({ name, tells: lab.management(name) !== undefined }));
      return jsonReply({ clouds } satisfies Clouds);
    },
  });

  router.route({
    method: "GET",
    path: "/clouds/:cloud/*",
    describe: {
      summary: "What a cloud tells testers, such as /clouds/panorama/operations",
      details: "Panorama: devices, devices/SERIAL, devices/SERIAL/jobs, operations, calls, unknown-commands.",
      tag: "clouds",
      replies: { 200: { text: "As the cloud says" }, 404: reply("No such cloud, or it tells nothing") },
    },
    handle: ({ params, request, path, search }) => {
      const handler = lab.management(params.cloud);
      if (handler === undefined) {
        const message = lab.clouds.includes(params.cloud)
          ? `${params.cloud} tells nothing here.`
          : `There is no cloud called ${params.cloud}; known: ${lab.clouds.join(", ") || "none"}.`;
        return errorReply(404, { error: "unknown-cloud", message });
      }
      const own = path.slice(path.indexOf("/", "/clouds/".length));
      return handler.handle({ ...request, target: search === "" ? own : `${own}?${search}` });
    },
  });
}
