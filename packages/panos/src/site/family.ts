import {
  type DeviceState,
  type Family,
  type JsonObject,
  type JsonValue,
  type Site,
  UsageError,
} from "@understudy/kernel";
import { Panorama } from "../cloud/panorama.ts";
import { FirewallDevice } from "../device/firewall-device.ts";
import { readSettings, readSpan } from "../node/settings.ts";
import { giveOrder, isOrder, ORDERS } from "./actions/order.ts";
import { UPGRADE_PATIENCE, Upgrade, type UpgradeOrder } from "./actions/upgrade.ts";
import { ApiClient } from "./api-client.ts";
import { OPERATIONS } from "./operations.ts";
import { cloudSchema, deviceSchema, forceSchema, opSchema, orderSchema, upgradeSchema } from "./schemas.ts";

const actions = {
  upgrade: upgradeSchema,
  op: opSchema,
  ...Object.fromEntries(Object.keys(ORDERS).map((name) => [name, orderSchema])),
};

/** Palo Alto firewalls behind Panorama. */
export const panos: Family = Object.freeze({
  name: "panos",
  cloudKind: "panorama",
  ports: { http: 7420, link: 7422 },
  tlsPorts: { https: 7421 },
  ownChannels: true,
  ownPaths: ["/health"],
  schemas: { cloud: cloudSchema, device: deviceSchema, actions, force: forceSchema },
  operations: OPERATIONS,
  phases: [
    { name: "online", tone: "good" },
    { name: "downloading", tone: "busy" },
    { name: "installing", tone: "busy" },
    { name: "rebooting", tone: "busy" },
    { name: "booting", tone: "busy" },
    { name: "maintenance", tone: "bad" },
    { name: "offline", tone: "bad" },
    { name: "off", tone: "off" },
  ],
  isSettled,
  together: (options) => [options.map((_, index) => index)],
  createCloud: (spec, world) => Panorama.create(spec, world),
  createDevice: (spec) => new FirewallDevice(spec),
  act,
} satisfies Family);

/** Connected, with a role in its pair; one that reboots, or is in maintenance, has nothing to wait for. */
function isSettled({ phase, connected, haState, ready }: DeviceState): boolean {
  if (phase !== "online" && phase !== "downloading" && phase !== "installing" && phase !== "booting") return true;
  return connected !== false && (haState !== "initial" || ready !== true);
}

async function act(site: Site, action: string, args: JsonObject): Promise<JsonObject> {
  const endpoint = site.link.endpoints.http;
  if (endpoint === undefined)
    throw new UsageError("no-endpoint", `Panorama ${site.cloudSpec.name} has no http endpoint.`, {});
  const client = new ApiClient(site.world, endpoint, readSettings(site.cloudSpec.options).apiKey);
  const serials = site.devices.map((id) => serialOfDevice(site, id));
  if (isOrder(action)) return giveOrder(client, ORDERS[action], serials);
  if (action === "op") return giveOrder(client, String(args.cmd), serials);
  if (action === "upgrade") return new Upgrade(site.world, client, upgradeOrder(args)).run(serials);
  const known = Object.keys(actions).join(", ");
  throw new UsageError("unknown-action", `Firewalls know no action ${action}; known: ${known}.`, { action });
}

const upgradeOrder = (args: JsonObject): UpgradeOrder => ({
  version: String(args.version),
  through: texts(args.through),
  poll: readSpan(args.poll)?.from ?? UPGRADE_PATIENCE.poll,
  patience: readSpan(args.patience)?.from ?? UPGRADE_PATIENCE.patience,
});

function serialOfDevice(site: Site, id: string): string {
  const serial = site.cloud.belief(id)?.serial;
  if (typeof serial !== "string") throw new UsageError("unknown-device", `Panorama does not know ${id}.`, { id });
  return serial;
}

const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
