import {
  type HttpAnswer,
  type Instant,
  type JsonObject,
  jsonReply,
  type ReceivedRequest,
  type Router,
  replace,
  toIso,
} from "@understudy/kernel";
import { Type } from "typebox";
import type { CloudParts } from "../cloud-parts.ts";
import { drawKey, KEY_LIMITS, keyRow } from "../provisioning/keys.ts";
import { type ProvisioningKeyRow, provisioningKeys } from "../tables/access-rows.ts";
import { currents, type DeviceRow, devices, targets } from "../tables/device-rows.ts";
import { changeTarget, deployTarget } from "../targets/change-target.ts";
import { isOperator } from "./authenticate.ts";
import { refusal, unauthorized } from "./replies.ts";

const JsonMap = Type.Unsafe<JsonObject>(Type.Record(Type.String(), Type.Unknown()));
const App = Type.Unsafe<JsonObject>(Type.Object({ appId: Type.Union([Type.Integer(), Type.String()]) }));
const TargetBody = Type.Object({
  apps: Type.Optional(Type.Union([JsonMap, Type.Array(App)])),
  config: Type.Optional(JsonMap),
});
const KeyBody = Type.Object({
  fleetId: Type.String({ minLength: 1 }),
  maxDevices: Type.Optional(Type.Integer({ minimum: 1, maximum: KEY_LIMITS.maxDevices })),
  expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: KEY_LIMITS.maxDays })),
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
});
const Page = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
});
const DEFAULT_PAGE = 100;

/** What the operator calls, with the admin token as bearer. Every change is noted in the audit. */
export function addOperatorRoutes(router: Router, parts: CloudParts): void {
  addKeyRoutes(router, parts);
  addFleetRoutes(router, parts);
  addTargetRoutes(router, parts);
}

function addKeyRoutes(router: Router, parts: CloudParts): void {
  const { store, settings } = parts;
  router.route({
    method: "POST",
    path: "/api/v1/provisioning-keys",
    body: KeyBody,
    describe: { summary: "Make a provisioning key", details: "The key is shown this once.", tag: "operator" },
    handle: ({ request, body }) =>
      guarded(parts, request, { action: "provisioning-key.create", target: body.fleetId }, async () => {
        const key = drawKey(parts);
        const { fleetId, maxDevices = KEY_LIMITS.defaultMaxDevices, expiresInDays = KEY_LIMITS.defaultDays } = body;
        const described = body.description === undefined ? {} : { description: body.description };
        const { row, write } = keyRow(parts, key, {
          fleetId,
          maxDevices,
          expiresInDays,
          ...described,
          createdBy: "operator",
        });
        await store.commit([write]);
        const expiresAt = toIso(row.expires_at as Instant); // Rows hold milliseconds.
        const warning = "Keep this key now: it is not shown again.";
        return jsonReply({ id: row.id, key, fleetId, maxDevices, expiresAt, ...described, warning }, 201);
      }),
  });
  router.route({
    method: "GET",
    path: "/api/v1/provisioning-keys",
    query: Type.Object({ fleetId: Type.Optional(Type.String()) }),
    describe: { summary: "The provisioning keys of a fleet", tag: "operator" },
    handle: ({ request, query }) =>
      guarded(parts, request, undefined, async () => {
        const fleet_id = query.fleetId ?? settings.fleetId;
        const rows = await store.find(provisioningKeys, { where: [["fleet_id", "="]] }).all([fleet_id]);
        return jsonReply({ fleet_id, count: rows.length, keys: rows.map(shownKey) });
      }),
  });
  router.route({
    method: "DELETE",
    path: "/api/v1/provisioning-keys/:id",
    describe: { summary: "Switch a provisioning key off", tag: "operator" },
    handle: ({ request, params }) =>
      guarded(parts, request, { action: "provisioning-key.revoke", target: params.id }, async () => {
        const row = await store.get(provisioningKeys, params.id);
        if (row === undefined) return refusal(404, `There is no provisioning key ${params.id}.`);
        await store.commit([replace(provisioningKeys, row, { ...row, is_active: false })]);
        return jsonReply({ status: "ok", message: "Provisioning key revoked", keyId: row.id });
      }),
  });
}

function addFleetRoutes(router: Router, parts: CloudParts): void {
  const { store } = parts;
  router.route({
    method: "GET",
    path: "/api/v1/devices",
    query: Page,
    describe: { summary: "Devices by uuid", tag: "operator" },
    handle: ({ request, query: { limit = DEFAULT_PAGE, offset = 0 } }) =>
      guarded(parts, request, undefined, async () => {
        const rows = await store.find(devices, {}).all([], { limit, offset });
        return jsonReply({ count: rows.length, devices: rows.map(shownDevice) });
      }),
  });
  router.route({
    method: "GET",
    path: "/api/v1/devices/:uuid",
    describe: { summary: "A device with its target and current state", tag: "operator" },
    handle: ({ request, params: { uuid } }) =>
      guarded(parts, request, undefined, async () => {
        const device = await store.get(devices, uuid);
        if (device === undefined) return refusal(404, `There is no device ${uuid}.`);
        const target = await store.get(targets, uuid);
        const current = await store.get(currents, uuid);
        return jsonReply({ device: shownDevice(device), target_state: target ?? null, current_state: current ?? null });
      }),
  });
  router.route({
    method: "GET",
    path: "/api/v1/devices/:uuid/current-state",
    describe: { summary: "What a device last reported", tag: "operator" },
    handle: ({ request, params: { uuid } }) =>
      guarded(parts, request, undefined, async () => {
        const row = await store.get(currents, uuid);
        if (row === undefined) return refusal(404, `Device ${uuid} has not reported yet.`);
        const { apps, config, version, system_info, reported_at } = row;
        return jsonReply({ apps, config, version, system_info, reported_at });
      }),
  });
}

function addTargetRoutes(router: Router, parts: CloudParts): void {
  router.route({
    method: "GET",
    path: "/api/v1/devices/:uuid/target-state",
    describe: { summary: "What a device is to become", tag: "operator" },
    handle: ({ request, params: { uuid } }) =>
      guarded(parts, request, undefined, async () => {
        const row = await parts.store.get(targets, uuid);
        if (row === undefined) return refusal(404, `There is no device ${uuid}.`);
        const { apps, config, version, needs_deployment } = row;
        return jsonReply({ uuid, apps, config, version, needs_deployment });
      }),
  });
  router.route({
    method: ["PUT", "POST"],
    path: "/api/v1/devices/:uuid/target-state",
    body: TargetBody,
    describe: {
      summary: "Note what a device is to become",
      details: "It learns of it when it is deployed.",
      tag: "operator",
    },
    handle: ({ request, params: { uuid }, body: { apps, config } }) =>
      guarded(parts, request, { action: "target.change", target: uuid }, () =>
        changeTarget(parts, uuid, {
          ...(apps === undefined ? {} : { apps: appMap(apps) }),
          ...(config === undefined ? {} : { config }),
        }),
      ),
  });
  router.route({
    method: "POST",
    path: "/api/v1/devices/:uuid/deploy",
    describe: { summary: "Deploy what was noted, as the next version", tag: "operator" },
    handle: ({ request, params: { uuid } }) =>
      guarded(parts, request, { action: "target.deploy", target: uuid }, () => deployTarget(parts, uuid, "operator")),
  });
}

/** Runs what only the operator may do; `change` goes into the audit. */
async function guarded(
  parts: CloudParts,
  request: ReceivedRequest,
  change: { readonly action: string; readonly target: string } | undefined,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const who = request.via.remote;
  if (!isOperator(parts, request.headers)) {
    if (change !== undefined) parts.world.audit.record({ who, ...change, result: "denied" });
    return unauthorized();
  }
  const answer = await work();
  const result = "status" in answer && answer.status >= 400 ? `refused with ${answer.status}` : "done";
  if (change !== undefined) parts.world.audit.record({ who: `operator at ${who}`, ...change, result });
  return answer;
}

/** Apps by id; a list names each app's `appId`. */
const appMap = (apps: JsonObject | readonly JsonObject[]): JsonObject =>
  isList(apps) ? Object.fromEntries(apps.map((app) => [String(app["appId"]), app])) : apps;

const isList = (apps: JsonObject | readonly JsonObject[]): apps is readonly JsonObject[] => Array.isArray(apps);

function shownDevice({ device_api_key_hash: _hash, ...device }: DeviceRow): object {
  return device;
}

function shownKey({ key_hash: _hash, ...key }: ProvisioningKeyRow): object {
  return key;
}
