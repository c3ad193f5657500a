import {
  createRouter,
  type HttpAnswer,
  jsonReply,
  type ReceivedRequest,
  type RouteTrace,
  reasonOf,
  type TracingHandler,
} from "@understudy/kernel";
import { NOT_FOUND, WRONG_METHOD } from "../../wire/pantahub/error-body.ts";
import { apiTokenEndpoints } from "../auth/api-tokens.ts";
import { authEndpoints } from "../auth/auth-endpoints.ts";
import { deviceEndpoints } from "../devices/device-endpoints.ts";
import { exportEndpoints } from "../exports/export.ts";
import type { Hub } from "../hub.ts";
import { logEndpoints } from "../logs/log-endpoints.ts";
import { blobEndpoints } from "../objects/blob-endpoints.ts";
import { objectEndpoints } from "../objects/object-endpoints.ts";
import { serviceEndpoints } from "../service/service-endpoints.ts";
import { trailEndpoints } from "../trails/trail-endpoints.ts";
import { preflight, withCors } from "./cors.ts";
import { Endpoints } from "./endpoints.ts";

/** Signed URLs carry their permission in a path parameter. */
const MAX_PATH_PARAMETER = 4096;

/** Pantahub as a handler: all its endpoints behind one router. */
export function pantahubHandler(hub: Hub): TracingHandler {
  const router = createRouter({
    notFound: () => jsonReply(NOT_FOUND, 404),
    wrongMethod: (_request, allowed) => jsonReply(WRONG_METHOD, 405, [["Allow", allowed.join(", ")]]),
    invalid: (error) => hub.incidents.reply(reasonOf(error) === "too-large" ? 413 : 400, error.message),
    failed: () => hub.incidents.reply(500, "The server failed; its log says why"),
    trailingSlash: "ignore",
    maxParamLength: MAX_PATH_PARAMETER,
    log: hub.world.log,
  });
  registerEndpoints(new Endpoints(hub, router));
  // No name has a zero byte, and not every database could look for one.
  const routed = (request: ReceivedRequest, trace?: RouteTrace): HttpAnswer | Promise<HttpAnswer> =>
    request.target.includes("%00")
      ? hub.incidents.reply(400, "A path has no zero bytes")
      : router.handle(request, trace);
  return {
    handle: (request: ReceivedRequest, trace?: RouteTrace): HttpAnswer | Promise<HttpAnswer> =>
      request.method === "OPTIONS" ? preflight(request) : withCors(request, routed(request, trace)),
  };
}

/** All endpoints of a Pantahub. */
export function registerEndpoints(at: Endpoints): void {
  authEndpoints(at);
  deviceEndpoints(at);
  objectEndpoints(at);
  blobEndpoints(at);
  trailEndpoints(at);
  logEndpoints(at);
  apiTokenEndpoints(at);
  exportEndpoints(at);
  serviceEndpoints(at);
}
