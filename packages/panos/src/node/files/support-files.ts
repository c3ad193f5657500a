import { dateTime } from "../../wire/time.ts";
import type { RecordingNode } from "../node.ts";
import type { ArchivedFile } from "./archive.ts";

/** What a tech support file tells of a node, besides its configuration. */
export function supportFiles(node: RecordingNode): readonly ArchivedFile[] {
  const { profile, state } = node;
  const lines = [
    `hostname: ${profile.hostname}`,
    `serial: ${profile.serial}`,
    `model: ${profile.model}`,
    `sw-version: ${state.version}`,
    `app-version: ${state.appVersion}`,
    `time: ${dateTime(node.now())}`,
    `up since: ${dateTime(state.bootedAt)}`,
    "",
    ...state.jobs.map(
      (job) => `job ${job.id} ${job.type} ${job.end?.result ?? "PEND"} ${job.end?.details.join(" ") ?? ""}`,
    ),
  ];
  return [{ name: "techsupport.txt", content: Buffer.from(`${lines.join("\n")}\n`, "utf8") }];
}
