import type { JobTask, UpdateKind } from "../jobs/job.ts";
import type { FinishTask } from "../jobs/queue.ts";
import type { NodeProfile } from "../profile.ts";
import type { NodeState } from "../state.ts";

type ContentTask = Extract<JobTask, { kind: "content-download" | "content-install" }>;

/** How an update is remembered among those on the disk. */
export const onDisk = (kind: UpdateKind, version: string): string => `${kind} ${version}`;

export const isDownloaded = (node: NodeState, kind: UpdateKind, version: string): boolean =>
  node.content.downloaded.includes(onDisk(kind, version));

/** The version of an update kind that a node runs. */
export function installedVersion(node: NodeState, kind: UpdateKind): string {
  switch (kind) {
    case "content":
      return node.appVersion;
    case "anti-virus":
      return node.content.antivirus;
    case "wildfire":
      return node.content.wildfire;
  }
}

const ANTIVIRUS = ["5000-5510", "5001-5511"] as const;
const WILDFIRE = ["800000-803000", "800001-803001"] as const;

/** What the update server offers, oldest first; two at least, since clients expect a list. */
export function offeredUpdates(profile: NodeProfile, node: NodeState, kind: UpdateKind): readonly string[] {
  const offered = kind === "content" ? profile.availableContent : kind === "anti-virus" ? ANTIVIRUS : WILDFIRE;
  const all = new Set([...offered, ...(kind === "content" ? [node.appVersion] : [])]);
  if (all.size < 2) all.add(following(node.appVersion));
  return [...all].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

/** `8700-7999` → `8701-8000`. */
const following = (version: string): string => version.replace(/\d+/g, (digits) => String(Number(digits) + 1));

/** The end of a content job. */
export const finishContent =
  (task: ContentTask): FinishTask =>
  (node) => {
    const { update, version } = task;
    if (task.kind === "content-download") {
      return { node: withDownload(node, update, version), details: ["File successfully downloaded"] };
    }
    if (!isDownloaded(node, update, version))
      return { node, result: "FAIL", details: [`Image version ${version} has not been downloaded`] };
    return {
      node: withUpdate(node, update, version),
      details: ["Configuration committed successfully", `Successfully installed version ${version}`],
    };
  };

/** The node with an update more on its disk. */
export function withDownload(node: NodeState, kind: UpdateKind, version: string): NodeState {
  const update = onDisk(kind, version);
  const downloaded = [...node.content.downloaded.filter((other) => other !== update), update];
  return { ...node, content: { ...node.content, downloaded } };
}

/** The node on another version of an update. */
export function withUpdate(node: NodeState, kind: UpdateKind, version: string): NodeState {
  switch (kind) {
    case "content":
      return { ...node, appVersion: version, content: { ...node.content, previous: node.appVersion } };
    case "anti-virus":
      return { ...node, content: { ...node.content, antivirus: version } };
    case "wildfire":
      return { ...node, content: { ...node.content, wildfire: version } };
  }
}
