import { injectedFate } from "../jobs/injected-fate.ts";
import { isRunning, type JobFate, type JobTask } from "../jobs/job.ts";
import type { FinishTask } from "../jobs/queue.ts";
import type { Settings } from "../settings.ts";
import type { NodeState } from "../state.ts";
import { installObstacle } from "./path-rules.ts";

/** What an image takes on the disk, in the gigabytes the disk is counted in. */
export const IMAGE_GB = 2;

/** The software manager works for one job at a time. */
export const isSoftwareBusy = (node: NodeState): boolean =>
  node.jobs.some((job) => isRunning(job) && (job.task.kind === "download" || job.task.kind === "install"));

/** How an installation that is asked for now will end. An injected error strikes last, at the end of the job. */
export function installFate(
  node: NodeState,
  version: string,
  settings: Settings,
  injected: string | undefined,
): JobFate {
  const reason = isSoftwareBusy(node)
    ? "The software manager is currently in use. Please try again later."
    : installObstacle({
        running: node.version,
        target: version,
        images: node.images,
        rules: settings.upgradeRules,
        content: node.appVersion,
        minContent: settings.minContent,
      });
  if (reason !== undefined) return { kind: "fail", reason: installFailure(version, reason), share: 0 };
  return injectedFate(injected, 1, (error) => installFailure(version, error));
}

const installFailure = (version: string, reason: string): readonly string[] => [
  `Failed to install ${version} with the following errors.`,
  `SW version is ${version}`,
  reason,
  `Failed to install   version  ${version}  type  panos`,
];

/** How a download that is asked for now will end. */
export const downloadFate = (injected: string | undefined): JobFate =>
  injectedFate(injected, 0.6, (error) => ["Failed to download file", error]);

/** The node with an image more on its disk; unchanged when it was there. */
export function withImage(node: NodeState, version: string): NodeState {
  if (node.images.includes(version)) return node;
  return { ...node, images: [...node.images, version], diskFreeGb: round(node.diskFreeGb - IMAGE_GB) };
}

/** The node without an image; its space is free again. */
export const withoutImage = (node: NodeState, version: string): NodeState => ({
  ...node,
  images: node.images.filter((image) => image !== version),
  uploaded: node.uploaded.filter((image) => image !== version),
  diskFreeGb: round(node.diskFreeGb + IMAGE_GB),
});

const round = (gb: number): number => Math.max(0, Math.round(gb * 1000) / 1000);

/** The end of a download: the image is there. */
export const finishDownload =
  (task: Extract<JobTask, { kind: "download" }>): FinishTask =>
  (node) => ({
    node: withImage(node, task.version),
    details: [
      "Successfully downloaded",
      "Preloading into software manager",
      "Successfully loaded into software manager",
    ],
  });

/** The end of an installation: the version is staged, and runs from the next boot on. */
export const finishInstall =
  (task: Extract<JobTask, { kind: "install" }>): FinishTask =>
  (node) => {
    if (!node.images.includes(task.version)) {
      return {
        node,
        result: "FAIL",
        details: installFailure(task.version, `Error: image ${task.version} is not loaded`),
      };
    }
    return {
      node: { ...node, staged: task.version, diskFreeGb: round(node.diskFreeGb + IMAGE_GB) },
      details: [
        `Software installation of version ${task.version} successfully completed. Please reboot to switch to the new version.`,
      ],
      warnings: task.warnings ?? [],
    };
  };
