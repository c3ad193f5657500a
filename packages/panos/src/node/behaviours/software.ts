import { seconds } from "@understudy/kernel";
import { type Answer, CODES, enqueued, refused, result } from "../../wire/api/answer.ts";
import { argument, type Command } from "../../wire/api/command.ts";
import { softwareListMessage } from "../../wire/messages/software.ts";
import { textOf } from "../../wire/xml/tree.ts";
import { xml } from "../../wire/xml/write.ts";
import { progressOf } from "../jobs/job.ts";
import { enqueue } from "../jobs/queue.ts";
import { type Behavior, orderOf, type PanosNode } from "../node.ts";
import { downloadFate, IMAGE_GB, installFate, withoutImage } from "../software/software-jobs.ts";
import { knownVersions, softwareList, withCheck } from "../software/software-list.ts";
import { featureIndex, featureRelease } from "../software/version.ts";
import { longer } from "../timing.ts";

const lists = (node: PanosNode): Answer =>
  result(softwareListMessage.render(softwareList(node.profile, node.settings, node.state)));

const tellsSoftware: Behavior<PanosNode> = { on: "request.system.software.info", handle: lists };

/** What a node says when its update server cannot be reached; clients compare it letter by letter. */
const UNREACHABLE =
  "Failed to check upgrade info due to Unknown error. Please check network connectivity and try again.";

const checksSoftware: Behavior<PanosNode> = {
  on: "request.system.software.check",
  handle: async (node) => {
    if (node.strike("check")?.error !== undefined) return refused(CODES.invalidCommand, UNREACHABLE);
    await node.change((state, now) => ({ state: withCheck(state, "software", now), result: undefined }));
    return lists(node);
  },
};

const noVersion = (command: Command): Answer =>
  refused(CODES.invalidCommand, `${command.path.join(" -> ")} -> version  is missing`);
const notAvailable = (version: string): Answer => refused(CODES.invalidCommand, `Version ${version} not available`);
const NO_SPACE = refused(CODES.notFound, "Insufficient disk space");
const STATUS = xml`<status>success</status>`;

const downloads: Behavior<PanosNode> = {
  on: "request.system.software.download",
  handle: (node, command, caller) => {
    const version = argument(command, "version");
    if (version === undefined || version === "") return noVersion(command);
    return node.change((state, now) => {
      if (!knownVersions(node.profile, state).includes(version)) return { state, result: notAvailable(version) };
      if (state.jobs.some((job) => job.end === undefined && job.task.kind === "download")) {
        return { state, result: refused(CODES.notFound, "Another download is in progress. Please try again later.") };
      }
      const present = state.images.includes(version);
      if (!present && state.diskFreeGb < IMAGE_GB) return { state, result: NO_SPACE };
      const fault = present ? undefined : node.strike("download");
      if (/^disk full$/i.test(fault?.error ?? "")) return { state, result: NO_SPACE };
      const length = present ? seconds(0) : longer(node.draw(node.settings.timing.download), fault?.delay);
      const queued = enqueue(
        state,
        {
          type: "Downld",
          task: { kind: "download", version, syncToPeer: argument(command, "sync-to-peer") === "yes" },
          user: caller.admin,
          length,
          fate: downloadFate(fault?.error),
        },
        now,
      );
      return {
        state: queued.node,
        result: enqueued(queued.id, `Download job enqueued with jobid ${queued.id}`, STATUS),
      };
    });
  },
};

const installText = (id: number): string =>
  `Software install job enqueued with jobid ${id}. Run 'show jobs id ${id}' to monitor its status. Please reboot the device after the installation is done.`;

/** Firewalls should not run a feature release that is newer than their Panorama's. */
function warningsOf(node: PanosNode, version: string): { readonly warnings?: readonly string[] } {
  const manager = node.managerVersion;
  if (manager === undefined || featureIndex(featureRelease(version)) <= featureIndex(featureRelease(manager)))
    return {};
  return { warnings: [`Version ${version} is newer than that of the managing Panorama (${manager})`] };
}

const installs: Behavior<PanosNode> = {
  on: "request.system.software.install",
  handle: (node, command, caller) => {
    const version = argument(command, "version");
    if (version === undefined || version === "") return noVersion(command);
    return node.change((state, now) => {
      if (!knownVersions(node.profile, state).includes(version)) return { state, result: notAvailable(version) };
      const fault = node.strike("install");
      const queued = enqueue(
        state,
        {
          type: "SWInstall",
          task: { kind: "install", version, ...warningsOf(node, version), ...orderOf(caller) },
          user: caller.admin,
          length: longer(node.draw(node.settings.timing.install), fault?.delay),
          fate: installFate(state, version, node.settings, fault?.error),
        },
        now,
      );
      return { state: queued.node, result: enqueued(queued.id, installText(queued.id), STATUS) };
    });
  },
};

const tellsDownloadStatus: Behavior<PanosNode> = {
  on: "show.system.software.status",
  handle: (node) => {
    const job = node.state.jobs.find((candidate) => candidate.end === undefined && candidate.task.kind === "download");
    if (job === undefined) return result(xml`<downloading>no</downloading>`);
    return result(xml`<downloading>yes</downloading><progress>${progressOf(job, node.now())}%</progress>`);
  },
};

const deletesImage: Behavior<PanosNode> = {
  on: "delete.software.version",
  handle: (node, command) =>
    node.change((state) => {
      const version = textOf(command.last).trim();
      if (!state.images.includes(version) || version === state.version || version === state.staged) {
        return { state, result: refused(CODES.notFound, `Failed to remove software version ${version}`) };
      }
      return { state: withoutImage(state, version), result: result(xml`Removed software version ${version}`) };
    }),
};

export const softwareBehaviors: readonly Behavior<PanosNode>[] = [
  tellsSoftware,
  checksSoftware,
  downloads,
  installs,
  tellsDownloadStatus,
  deletesImage,
];
