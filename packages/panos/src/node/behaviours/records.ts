import { result } from "../../wire/api/answer.ts";
import { NO_MARKUP } from "../../wire/xml/write.ts";
import type { KeptLogType } from "../logs/log-entry.ts";
import { systemLog } from "../logs/node-logs.ts";
import type { Behavior, RecordingNode } from "../node.ts";

/** Who cleared a log is told by the first entry of the system log after that. */
const clears = (type: KeptLogType): Behavior<RecordingNode> => ({
  on: `clear.log.${type}`,
  handle: async (node, _, caller) => {
    await node.logs.clear(type);
    const text = `The ${type} log was cleared by ${caller.admin}.`;
    await node.note([systemLog(node.now(), "general", "clear-log", "high", text)]);
    return result(NO_MARKUP);
  },
});

export const recordBehaviors: readonly Behavior<RecordingNode>[] = [
  clears("config"),
  clears("system"),
  clears("userid"),
  clears("iptag"),
];
