import { type Answer, CODES, enqueued, refused, result } from "../../wire/api/answer.ts";
import type { Command } from "../../wire/api/command.ts";
import { type ContentEntry, renderContent } from "../../wire/messages/content.ts";
import { childText } from "../../wire/xml/tree.ts";
import { injectedFate } from "../jobs/injected-fate.ts";
import { type JobTask, WILL_SUCCEED } from "../jobs/job.ts";
import { enqueue } from "../jobs/queue.ts";
import { type Behavior, type Caller, orderOf, type PanosNode } from "../node.ts";
import { installedVersion, isDownloaded, offeredUpdates } from "../software/content-jobs.ts";
import { checkedAt, withCheck } from "../software/software-list.ts";
import { listedUpdates, UPDATES, type UpdateWords, wantedUpdate } from "../software/update-words.ts";
import { longer } from "../timing.ts";

type NodeBehavior = Behavior<PanosNode>;

function entriesOf(node: PanosNode, words: UpdateWords): readonly ContentEntry[] {
  const { profile, state } = node;
  const installed = installedVersion(state, words.kind);
  return listedUpdates(words, offeredUpdates(profile, state, words.kind), (version) => ({
    downloaded: isDownloaded(state, words.kind, version) || version === installed,
    current: version === installed,
    previous: words.kind === "content" && version === state.content.previous,
    installing: state.jobs.some(
      (job) => job.end === undefined && job.task.kind === "content-install" && job.task.version === version,
    ),
  }));
}

const lists = (words: UpdateWords, word: "info" | "check"): NodeBehavior => ({
  on: `request.${words.word}.upgrade.${word}`,
  handle: async (node) => {
    if (word === "check" && node.strike("check")?.error !== undefined) {
      return refused(
        CODES.invalidCommand,
        "Failed to check upgrade info due to generic communication error. Please check network connectivity and try again.",
      );
    }
    if (word === "check")
      await node.change((state, now) => ({ state: withCheck(state, words.word, now), result: undefined }));
    return result(renderContent(entriesOf(node, words), checkedAt(node.state, words.word)));
  },
});

function startUpdate(
  node: PanosNode,
  words: UpdateWords,
  command: Command,
  caller: Caller,
  step: "content-download" | "content-install",
): Promise<Answer> {
  return node.change((state, now) => {
    const version = wantedUpdate(offeredUpdates(node.profile, state, words.kind), command);
    if (version === undefined)
      return {
        state,
        result: refused(CODES.invalidCommand, `Image ${childText(command.last, "file") ?? ""} is not available`),
      };
    if (
      step === "content-install" &&
      !isDownloaded(state, words.kind, version) &&
      installedVersion(state, words.kind) !== version
    ) {
      return { state, result: refused(CODES.notFound, `Image version ${version} has not been downloaded`) };
    }
    const fault = node.strike("content");
    const order = step === "content-install" ? orderOf(caller) : {};
    const task: JobTask = { kind: step, update: words.kind, version, ...order };
    const fate = injectedFate(fault?.error, 1, (error) => [error]);
    const job = {
      type: step === "content-download" ? "Downld" : words.installJob,
      task,
      user: caller.admin,
      length: longer(node.draw(node.settings.timing.content), fault?.delay),
      fate,
    } as const;
    const queued = enqueue(state, job, now);
    const text = step === "content-download" ? "Download" : words.installText;
    return { state: queued.node, result: enqueued(queued.id, `${text} job enqueued with jobid ${queued.id}`) };
  });
}

const starts = (words: UpdateWords, way: "upgrade" | "downgrade", word: "download" | "install"): NodeBehavior => ({
  on: `request.${words.word}.${way}.${word}`,
  handle: (node, command, caller) => {
    if (way === "downgrade") return downgrade(node, words, caller);
    return startUpdate(node, words, command, caller, word === "download" ? "content-download" : "content-install");
  },
});

/** Goes back to what ran before. */
function downgrade(node: PanosNode, words: UpdateWords, caller: Caller): Promise<Answer> {
  return node.change((state, now) => {
    const { previous } = state.content;
    if (words.kind !== "content" || previous === undefined)
      return { state, result: refused(CODES.notFound, "No previous version to downgrade to") };
    const kept = {
      ...state,
      content: { ...state.content, downloaded: [...state.content.downloaded, `content ${previous}`] },
    };
    const task: JobTask = { kind: "content-install", update: "content", version: previous };
    const job = {
      type: "Content",
      task,
      user: caller.admin,
      length: node.draw(node.settings.timing.content),
      fate: WILL_SUCCEED,
    } as const;
    const queued = enqueue(kept, job, now);
    return { state: queued.node, result: enqueued(queued.id, `Content install job enqueued with jobid ${queued.id}`) };
  });
}

export const contentBehaviors: readonly NodeBehavior[] = UPDATES.flatMap((words) => [
  lists(words, "info"),
  lists(words, "check"),
  starts(words, "upgrade", "download"),
  starts(words, "upgrade", "install"),
  starts(words, "downgrade", "install"),
]);
