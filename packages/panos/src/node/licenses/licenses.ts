import type { License, NodeProfile } from "../profile.ts";
import type { NodeState } from "../state.ts";

/** What a firewall has where the scenario says nothing. */
const USUAL_LICENSES: readonly License[] = Object.freeze(
  [
    ["Threat Prevention", "Threat Prevention"],
    ["Advanced URL Filtering", "Advanced URL Filtering"],
    ["WildFire License", "WildFire signature feed, integrated WildFire logs, WildFire API"],
    ["Premium", "24 x 7 phone support; advanced replacement hardware service"],
  ].map(([feature = "", description = ""]) => Object.freeze({ feature, description, expires: "December 31, 2036" })),
);

const firstLicenses = (profile: NodeProfile): readonly License[] => profile.licenses ?? USUAL_LICENSES;

/** What is installed on a node. */
export const installedLicenses = (profile: NodeProfile, { licenses }: NodeState): readonly License[] =>
  licenses ?? firstLicenses(profile);

/** What the licence server has for a node, installed or not. */
const grantedLicenses = (profile: NodeProfile, { granted }: NodeState): readonly License[] =>
  granted ?? firstLicenses(profile);

/** A node that has fetched all that the server has for it; licences from files stay. */
export function withFetched(profile: NodeProfile, node: NodeState): NodeState {
  const licenses = merged(installedLicenses(profile, node), grantedLicenses(profile, node));
  return { ...node, licenses };
}

/** A node to which an authorization code has brought licences: the server has them for it from now on. */
export function withActivated(profile: NodeProfile, node: NodeState, added: readonly License[]): NodeState {
  const granted = merged(grantedLicenses(profile, node), added);
  return { ...node, granted, licenses: merged(installedLicenses(profile, node), added) };
}

/** A node with licences from a file, of which the server need not know. */
export const withImported = (profile: NodeProfile, node: NodeState, added: readonly License[]): NodeState => ({
  ...node,
  licenses: merged(installedLicenses(profile, node), added),
});

/** Which features are meant; `undefined`: all of them. */
export type Features = readonly string[] | undefined;

/** A node without licences; the server still has them, and they can be fetched again. */
export const withoutKeys = (profile: NodeProfile, node: NodeState, features: Features): NodeState => ({
  ...node,
  licenses: without(installedLicenses(profile, node), features),
});

/** A node whose licences went back to the server, for another node to use. */
export const withoutGrants = (profile: NodeProfile, node: NodeState, features: Features): NodeState => ({
  ...withoutKeys(profile, node, features),
  granted: without(grantedLicenses(profile, node), features),
});

const without = (licenses: readonly License[], features: Features): readonly License[] =>
  features === undefined ? [] : licenses.filter(({ feature }) => !features.includes(feature));

/** One licence per feature: what is added takes the place of what was there. */
function merged(present: readonly License[], added: readonly License[]): readonly License[] {
  const all = new Map(present.map((license) => [license.feature, license]));
  for (const license of added) all.set(license.feature, license);
  return [...all.values()];
}
