import { jsonReply, type Router } from "@understudy/kernel";
import { KeyExchangeRequest, RegisterRequest } from "../../wire/cloud/registration.ts";
import { stateReport } from "../../wire/cloud/state-report.ts";
import type { CloudParts } from "../cloud-parts.ts";
import { removeDevice } from "../fleet/remove-device.ts";
import { exchangeKeys } from "../provisioning/exchange-keys.ts";
import { register } from "../provisioning/register.ts";
import { takeReport } from "../reports/take-report.ts";
import { serveTarget } from "../targets/serve-target.ts";
import { bearer, deviceFor, isOperator } from "./authenticate.ts";
import { readReport } from "./read-report.ts";
import { refusal } from "./replies.ts";

/** Canonical path first, then those of older agents. */
const REGISTER_PATHS = [
  "/api/provisioning/v2/register",
  "/api/v1/provisioning/v2/register",
  "/api/v1/device/register",
] as const;
const EXCHANGE_PATHS = [
  "/api/provisioning/v2/:uuid/key-exchange",
  "/api/v1/provisioning/v2/:uuid/key-exchange",
  "/api/v1/device/:uuid/key-exchange",
] as const;

const STATUS_OK = Object.freeze({ status: "ok" });

/** What devices call. */
export function addDeviceRoutes(router: Router, parts: CloudParts): void {
  for (const [index, path] of REGISTER_PATHS.entries()) {
    router.route({
      method: "POST",
      path,
      body: RegisterRequest,
      describe: {
        summary: "Phase 1 of provisioning: register with a provisioning key",
        tag: "provisioning",
        hidden: index > 0,
      },
      handle: ({ request, body }) => register(parts, bearer(request.headers), body),
    });
  }
  for (const [index, path] of EXCHANGE_PATHS.entries()) {
    router.route({
      method: "POST",
      path,
      body: KeyExchangeRequest,
      describe: {
        summary: "Phase 2 of provisioning: prove the device's own key",
        tag: "provisioning",
        hidden: index > 0,
      },
      handle: ({ request, params, body }) => exchangeKeys(parts, params.uuid, bearer(request.headers), body),
    });
  }
  router.route({
    method: "GET",
    path: "/api/v1/device/:uuid/state",
    describe: { summary: "The target state of a device", details: "304 when If-None-Match names it.", tag: "device" },
    handle: ({ request, params }) => serveTarget(parts, params.uuid, request),
  });
  router.route({
    method: "PATCH",
    path: "/api/v1/device/state",
    describe: { summary: "A device reports its state", details: "The body may be packed with gzip.", tag: "device" },
    handle: async ({ request }) => {
      const { uuid, report } = stateReport.parse(await readReport(request));
      const asking = await deviceFor(parts, request.headers, uuid);
      if ("no" in asking) return asking.no;
      const taken = await takeReport(parts, uuid, report);
      return taken ? jsonReply(STATUS_OK) : refusal(404, `There is no device ${uuid}.`);
    },
  });
  router.route({
    method: "DELETE",
    path: "/api/v1/devices/:uuid",
    describe: {
      summary: "Take a device out of the fleet",
      details: "By itself or by the operator; it may register again.",
      tag: "device",
    },
    handle: async ({ request, params }) => {
      if (!isOperator(parts, request.headers)) {
        const asking = await deviceFor(parts, request.headers, params.uuid);
        if ("no" in asking) return asking.no;
      }
      return await removeDevice(parts, params.uuid);
    },
  });
}
