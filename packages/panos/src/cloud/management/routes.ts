import { createRouter, type HttpHandler, type HttpReply, type Instant, jsonReply, toIso } from "@understudy/kernel";
import { Type } from "typebox";
import type { RunningPanorama } from "../running-panorama.ts";
import { deviceDetail, deviceRecord } from "./device-record.ts";
import { addJobRoutes } from "./job-routes.ts";
import { operationRecord } from "./operation-record.ts";

const reply = (status: number, value: unknown): HttpReply => jsonReply(value, status);
const problem = (status: number, detail: string): HttpReply => reply(status, { detail });

const page = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })) });

const callSearch = Type.Object({
  device: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
});

/** Routes beside the API of PAN-OS, for those who test: what there is and how it stands. */
export function managementRoutes(panorama: RunningPanorama): HttpHandler {
  const router = createRouter({
    trailingSlash: "ignore",
    notFound: () => problem(404, "Not Found"),
    wrongMethod: () => problem(405, "Method Not Allowed"),
    invalid: (error) => problem(400, error.message),
    failed: () => problem(500, "Internal Server Error"),
    log: panorama.world.log,
  });
  const { registry, operations } = panorama;

  router.route({
    method: "GET",
    path: "/",
    handle: () =>
      reply(200, { service: "Understudy Panorama", version: panorama.state.version, devices: registry.size }),
  });
  router.route({
    method: "GET",
    path: "/health",
    handle: () => reply(200, { status: "healthy", devices: registry.size, database: "connected" }),
  });
  router.route({
    method: "GET",
    path: "/devices",
    handle: () =>
      reply(200, { devices: [...registry.entries()].map(({ row, connected }) => deviceRecord(row, connected)) }),
  });
  router.route({
    method: "GET",
    path: "/devices/:serial",
    handle: ({ params }) => {
      const row = registry.row(params.serial);
      if (row === undefined) return problem(404, `Device not found: ${params.serial}`);
      return reply(200, deviceDetail(row, registry.isConnected(row.serial)));
    },
  });
  addJobRoutes(router, panorama, reply);
  router.route({
    method: "GET",
    path: "/operations",
    query: page,
    handle: async ({ query }) => {
      const rows = await operations.newest(query.limit ?? 1000);
      return reply(200, { operations: rows.map((row) => operationRecord(row, panorama.now())) });
    },
  });
  router.route({
    method: "GET",
    path: "/calls",
    query: callSearch,
    handle: async ({ query }) => {
      const { device, text, status, limit = 1000 } = query;
      const search = {
        limit,
        ...(device === undefined ? {} : { device }),
        ...(text === undefined ? {} : { text }),
        ...(status === undefined ? {} : { status }),
      };
      const rows = await panorama.calls.search(search);
      return reply(200, { calls: rows.map((row) => ({ ...row, timestamp: toIso(row.timestamp as Instant) })) }); // written from an instant
    },
  });
  router.route({
    method: "GET",
    path: "/unknown-commands",
    handle: async () => {
      const report = await panorama.calls.unknownCommands();
      return reply(200, { commands: report.map((row) => ({ ...row, last: toIso(row.last as Instant) })) }); // written from an instant
    },
  });
  return router;
}
