import type { Job } from "./job.ts";

/** Documents that unfinished jobs will put into force. */
export function documentsOf(jobs: readonly Job[]): readonly string[] {
  return jobs.flatMap(({ task, end }) => (end === undefined && "document" in task ? [task.document] : []));
}
