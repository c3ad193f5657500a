import { createHash } from "node:crypto";
import type { Instant } from "@understudy/kernel";
import type { SoftwareEntry, SoftwareList } from "../../wire/messages/software.ts";
import { imageFile, type NodeProfile } from "../profile.ts";
import type { Settings } from "../settings.ts";
import type { NodeState } from "../state.ts";
import { newestFirst, parseVersion } from "./version.ts";

/** What a node lists: what the update server offers it, what is on its disk, and what it runs. */
export function knownVersions(profile: NodeProfile, node: NodeState): readonly string[] {
  return newestFirst(new Set([...profile.availableVersions, profile.firstVersion, ...node.images, node.version]));
}

/** When a list was fetched last. */
export const checkedAt = ({ checkedAt: times, bootedAt }: NodeState, what: string): Instant =>
  times?.[what] ?? bootedAt;

/** The node having just asked the update server. */
export const withCheck = (node: NodeState, what: string, now: Instant): NodeState => ({
  ...node,
  checkedAt: { ...node.checkedAt, [what]: now },
});

/** The software list of a node. `downloading` is shown for an image that is on its way. */
export function softwareList(profile: NodeProfile, settings: Settings, node: NodeState): SoftwareList {
  const versions = knownVersions(profile, node);
  const coming = new Set(
    node.jobs.flatMap((job) => (job.end === undefined && job.task.kind === "download" ? [job.task.version] : [])),
  );
  return {
    updatedAt: checkedAt(node, "software"),
    entries: versions.map((version, index): SoftwareEntry => {
      const sizeMib = sizeOf(version);
      return {
        version,
        fileName: imageFile(profile.model, version),
        sizeMib,
        releasedOn: releasedOn(version),
        downloaded: node.images.includes(version) ? "yes" : coming.has(version) ? "downloading" : "no",
        current: version === node.version,
        latest: index === 0,
        uploaded: node.uploaded.includes(version),
        sha256: settings.versionHashes[version] ?? imageHash(version),
      };
    }),
  };
}

/** The hash shown for an image: SHA-256 of `panos-` and the version, since there is no image. */
export const imageHash = (version: string): string => createHash("sha256").update(`panos-${version}`).digest("hex");

/** Base images are large, maintenance releases small, as on real devices. */
function sizeOf(version: string): number {
  const parsed = parseVersion(version);
  if (parsed === undefined) return 500;
  return parsed.maintenance === 0 ? 850 + parsed.minor * 30 : 400 + parsed.maintenance * 7;
}

function releasedOn(version: string): string {
  const { major, minor, maintenance } = parseVersion(version) ?? { major: 10, minor: 0, maintenance: 0 };
  const year = 2011 + major;
  const month = 1 + ((minor * 4 + maintenance) % 12);
  return `${year}/${String(month).padStart(2, "0")}/15 03:04:05`;
}
