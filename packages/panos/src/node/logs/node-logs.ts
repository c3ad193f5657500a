import type { Instant } from "@understudy/kernel";
import type { Job } from "../jobs/job.ts";
import type { Settings } from "../settings.ts";
import type { NodeState } from "../state.ts";
import type { NewLog } from "./log-entry.ts";

/** How bad something in the system log is. */
export type Severity = "informational" | "low" | "medium" | "high" | "critical";

/** An entry of the system log. */
export const systemLog = (
  at: Instant,
  subtype: string,
  event: string,
  severity: Severity,
  text: string,
  object = "",
): NewLog => ({ at, type: "system", subtype, fields: { eventid: event, object, severity, opaque: text } });

/** What every configuration log begins with: somebody set the node up, days before a lab meets it. */
export const firstCommitLog = ({ users }: Settings, at: Instant): NewLog => ({
  at,
  type: "config",
  subtype: "0",
  fields: {
    host: "",
    vsys: "",
    cmd: "commit",
    admin: users[0]?.username ?? "admin",
    client: "CLI",
    result: "Submitted",
    path: "",
  },
});

/** What of a change between two states of a node is to be logged: jobs that ended, boots, orders to go down. */
export function logsBetween(
  before: NodeState,
  after: NodeState,
  ended: readonly Job[],
  now: Instant,
): readonly NewLog[] {
  const logs = ended.flatMap((job) => logsOfJob(after, job));
  if (before.power.name === "up" && after.power.name === "closing") {
    const what = after.power.outcome === "reboot" ? "restart" : "shutdown";
    logs.push(systemLog(now, "general", `system-${what}`, "high", `The system is going down for ${what}.`));
  }
  return logs;
}

const NAMES: Partial<Record<Job["type"], string>> = {
  AutoCom: "Autocommit",
  Downld: "Software download",
  SWInstall: "Software install",
  Content: "Content update",
  Install: "Content install",
  AntiVirus: "Antivirus update",
  "WildFire-Content": "WildFire update",
};

const SILENT: ReadonlySet<Job["type"]> = new Set(["Log", "Report", "Exec"]);

function logsOfJob(node: NodeState, job: Job): NewLog[] {
  const { end } = job;
  if (end === undefined || SILENT.has(job.type)) return [];
  const name = job.task.kind === "content-download" ? "Content download" : (NAMES[job.type] ?? job.type);
  const well = end.result === "OK";
  const text = well
    ? `${name} job succeeded. JobId=${job.id}${by(job)}`
    : `${name} job failed. JobId=${job.id}${by(job)}: ${end.details.join(" ")}`;
  const ending = systemLog(
    end.at,
    "general",
    well ? "job-succeeded" : "job-failed",
    well ? "informational" : "high",
    text,
  );
  if (job.type !== "AutoCom" || node.reboots === 0) return [ending];
  return [systemLog(node.bootedAt, "general", "system-start", "informational", "The system is starting up."), ending];
}

const by = (job: Job): string => (job.user === "" ? "" : `. User: ${job.user}`);

/** A login over the API, by name and password. */
export const loginLog = (at: Instant, user: string, remote: string, outcome: "well" | "failed"): NewLog =>
  outcome === "well"
    ? systemLog(at, "general", "general", "informational", `User ${shortened(user)} logged in via Web from ${remote}`)
    : systemLog(
        at,
        "auth",
        "auth-fail",
        "medium",
        `failed authentication for user '${shortened(user)}'. From: ${remote}.`,
      );

const shortened = (name: string): string => name.slice(0, 63);
