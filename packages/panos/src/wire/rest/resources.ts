/** Where the objects of a resource may be. */
export type Location = "vsys" | "shared" | "device-group" | "template" | "predefined" | "panorama-pushed";

/** A kind of object that the REST API serves. */
export interface Resource {
  /** Elements from the scope down to the holder of the entries, such as `["rulebase", "security", "rules"]`. */
  readonly holder: readonly string[];
  readonly on: "firewall" | "panorama" | "both";
  /** None: there is only one place for it. */
  readonly locations: readonly Location[];
  readonly actions: readonly ("rename" | "move")[];
}

const objects = (holder: string): Resource => ({
  holder: [holder],
  on: "both",
  locations: ["vsys", "shared", "device-group", "predefined", "panorama-pushed"],
  actions: ["rename"],
});
const rules = (on: Resource["on"], base: string, policy: string): Resource => ({
  holder: [base, policy, "rules"],
  on,
  locations: on === "firewall" ? ["vsys", "panorama-pushed"] : ["device-group", "shared"],
  actions: ["rename", "move"],
});

const POLICIES = {
  Security: "security",
  NAT: "nat",
  PolicyBasedForwarding: "pbf",
  Decryption: "decryption",
  QoS: "qos",
};

function policies(): Readonly<Record<string, Resource>> {
  const all: Record<string, Resource> = {};
  for (const [name, policy] of Object.entries(POLICIES)) {
    all[`Policies/${name}Rules`] = rules("firewall", "rulebase", policy);
    all[`Policies/${name}PreRules`] = rules("panorama", "pre-rulebase", policy);
    all[`Policies/${name}PostRules`] = rules("panorama", "post-rulebase", policy);
  }
  return all;
}

/** What is served, by group and name as they stand in the path. */
export const RESOURCES: Readonly<Record<string, Resource>> = Object.freeze({
  "Objects/Addresses": objects("address"),
  "Objects/AddressGroups": objects("address-group"),
  "Objects/Services": objects("service"),
  "Objects/ServiceGroups": objects("service-group"),
  "Objects/Tags": objects("tag"),
  "Objects/Applications": objects("application"),
  "Objects/ApplicationGroups": objects("application-group"),
  "Objects/CustomURLCategories": { ...objects("custom-url-category"), holder: ["profiles", "custom-url-category"] },
  "Objects/ExternalDynamicLists": objects("external-list"),
  ...policies(),
  "Network/Zones": { holder: ["zone"], on: "both", locations: ["vsys", "template"], actions: ["rename"] },
  "Panorama/DeviceGroups": { holder: ["device-group"], on: "panorama", locations: [], actions: ["rename"] },
});

/** Releases whose REST API is spoken; it is the same for all of them. */
const VERSIONS = new Set(["9.0", "9.1", "10.0", "10.1", "10.2", "11.0", "11.1", "11.2"]);

/** A path of the REST API, taken apart. */
export interface RestPath {
  readonly resource: Resource;
  readonly action: "rename" | "move" | undefined;
}

export const isRestPath = (path: string): boolean => path.startsWith("/restapi/");

/** Reads `/restapi/v11.1/Objects/Addresses:rename`; `undefined` when nothing is served there. */
export function readRestPath(path: string): RestPath | undefined {
  const match = /^\/restapi\/v?(\d+\.\d+)\/([A-Za-z]+\/[A-Za-z]+)(?::([a-z]+))?\/?$/.exec(path);
  const [, version = "", name = "", word] = match ?? [];
  const resource = VERSIONS.has(version) && Object.hasOwn(RESOURCES, name) ? RESOURCES[name] : undefined;
  if (resource === undefined) return undefined;
  const action = resource.actions.find((candidate) => candidate === word);
  return word !== undefined && action === undefined ? undefined : { resource, action };
}
