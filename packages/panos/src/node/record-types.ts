import type { CallTypes } from "./api/answer-call.ts";
import { answerLog } from "./logs/log-calls.ts";
import type { RecordingNode } from "./node.ts";

/** What every node answers by `type` about what it has recorded, and about files. */
export const recordTypes = { log: answerLog } as const satisfies CallTypes<RecordingNode>;
