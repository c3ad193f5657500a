import type { FinishTask } from "./jobs/queue.ts";
import { finishDownload, finishInstall } from "./software/software-jobs.ts";

/** The end of any task that every node knows. */
export const finishTask: FinishTask = (node, job, at) => {
  const { task } = job;
  switch (task.kind) {
    case "autocommit":
      return { node: { ...node, ready: true }, details: ["Configuration committed successfully"] };
    case "download":
      return finishDownload(task)(node, job, at);
    case "install":
      return finishInstall(task)(node, job, at);
  }
};
