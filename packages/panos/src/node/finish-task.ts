import { withoutLocksOf } from "./config/locks.ts";
import type { FinishTask } from "./jobs/queue.ts";
import { finishContent, onDisk } from "./software/content-jobs.ts";
import { finishDownload, finishInstall } from "./software/software-jobs.ts";

const COMMITTED = ["Configuration committed successfully"];

/** The end of any task that every node knows. */
export const finishTask: FinishTask = (node, job, at) => {
  const { task } = job;
  switch (task.kind) {
    case "autocommit":
      return { node: { ...node, ready: true }, details: COMMITTED };
    case "download":
      return finishDownload(task)(node, job, at);
    case "install":
      return finishInstall(task)(node, job, at);
    case "firewall-image": {
      const images = [...(node.firewallImages ?? []).filter((version) => version !== task.version), task.version];
      return { node: { ...node, firewallImages: images }, details: ["Successfully downloaded"] };
    }
    case "firewall-update": {
      const updates = node.firewallUpdates ?? [];
      const update = onDisk(task.update, task.version);
      return {
        node: { ...node, firewallUpdates: [...updates.filter((other) => other !== update), update] },
        details: ["File successfully downloaded"],
      };
    }
    case "content-download":
    case "content-install":
      return finishContent(task)(node, job, at);
    case "other":
      return { node, details: task.details };
    case "ask":
      return { node, details: [] };
    case "commit": {
      const config = withoutLocksOf({ ...node.config, running: task.document, coverage: task.coverage }, task.admin);
      return { node: { ...node, config }, details: COMMITTED, warnings: task.warnings };
    }
    case "validate":
      return { node, details: ["Configuration is valid"], warnings: task.warnings };
    case "ha-sync":
      return {
        node: { ...node, config: { ...node.config, running: task.document, coverage: task.coverage } },
        details: ["HA synchronization successful"],
      };
    case "pushed":
      return { node: { ...node, config: { ...node.config, pushed: task.document } }, details: COMMITTED };
    case "push":
      return { node, details: [] };
  }
};
