import type { CallTypes } from "./api/answer-call.ts";
import { answerExport } from "./files/export-calls.ts";
import { answerImport } from "./files/import-calls.ts";
import { answerLog } from "./logs/log-calls.ts";
import type { RecordingNode } from "./node.ts";
import { answerReport } from "./reports/report-calls.ts";

/** What every node answers by `type` about what it has recorded, and about files. */
export const recordTypes = {
  log: answerLog,
  report: answerReport,
  export: answerExport,
  import: answerImport,
} as const satisfies CallTypes<RecordingNode>;
