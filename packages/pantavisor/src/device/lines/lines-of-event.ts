import type { JsonObject, LabEvent } from "@understudy/kernel";
import { isRecord, textAt } from "../../wire/fields.ts";
import { questionLines } from "./question-lines.ts";

type Told = Pick<LabEvent, "type" | "change" | "about">;

/** An event of a device as lines for people, with the state it led to; empty for events that people need not see. */
export function linesOfEvent(event: Told, state: JsonObject): readonly string[] {
  const { question } = event.change;
  const asked = isRecord(question) ? questionLines(question as JsonObject, invitationOf(state)) : []; // a member of a JSON object
  const told = lineOf(event);
  return told === undefined ? asked : [`[background] ${told}`, ...asked];
}

const invitationOf = ({ invitation }: JsonObject): JsonObject =>
  isRecord(invitation) ? (invitation as JsonObject) : {}; // the same

function lineOf({ type, change, about = {} }: Told): string | undefined {
  const said = (key: string): string => textAt(about, key) ?? "";
  switch (type) {
    case "boot":
      return `Pantavisor device starting. Revision: ${String(change["revision"])}`;
    case "registered":
      return `Device registered: ${String(change["prn"])}`;
    case "unclaimed":
      return `Device not claimed. Challenge: ${String(change["challenge"] ?? "none")}`;
    case "claimed":
      return `Device CLAIMED by ${said("owner")}!`;
    case "ownership":
      return "Ownership validated.";
    case "trouble":
    case "update-trouble":
      return `${said("message")} Trying again.`;
    case "recovered":
      return "The hub answers again.";
    case "user-metadata":
      return "User metadata changed.";
    case "command":
      return `Command ${said("op")} ${said("payload")}`.trimEnd();
    case "fault":
      return `Fault struck: ${said("operation")} ${said("error")}`.trimEnd();
    default:
      return updateLine(type, change, about) ?? powerLine(type, about);
  }
}

function updateLine(type: string, change: JsonObject, about: JsonObject): string | undefined {
  const said = (key: string): string => textAt(about, key) ?? "";
  switch (type) {
    case "update-found":
      return `New step found: Revision ${String(change["trying"])}`;
    case "step-skipped":
      return `Skipping revision ${said("revision")} (Terminal Status: ${String(change["status"])}) - Marking as processed.`;
    case "update-progress":
      return `${String(change["status"] ?? "DOWNLOADING")} ${String(change["progress"])}%`;
    case "decision":
      return `Revision ${said("revision")}: ${said("decision")} (${said("by")})`;
    case "update-finished":
      return `Revision ${said("revision")} ended ${String(change["status"])}: ${said("message")}`;
    case "update-withdrawn":
      return `Revision ${said("revision")} was ended by the cloud: ${String(change["status"])}`;
    case "running":
      return `Running revision ${String(change["revision"])}`;
    case "local-run-refused":
      return `Revision ${said("revision")} cannot be run: ${said("reason")}`;
    case "invitation-answered":
      return `Invitation ${said("deployment")}: ${said("answer")} (${said("by")})`;
    case "invitation":
      return fleetLine(change);
    default:
      return undefined;
  }
}

/** What the controller says besides inviting is shown as it is. */
function fleetLine({ invitation }: JsonObject): string | undefined {
  if (!isRecord(invitation)) return "The fleet has withdrawn its message.";
  const type = textAt(invitation, "type");
  return type === "INVITE" ? undefined : `Fleet: deployment ${textAt(invitation, "deployment") ?? ""} is ${type ?? ""}`;
}

function powerLine(type: string, about: JsonObject): string | undefined {
  switch (type) {
    case "reboot":
      return "Rebooting...";
    case "power-off":
      return "Power off.";
    case "power-cut":
      return "Power cut.";
    case "failed":
      return `Failed: ${textAt(about, "error") ?? ""}`;
    default:
      return undefined;
  }
}
