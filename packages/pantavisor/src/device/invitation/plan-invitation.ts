import { type Instant, parseIso } from "@understudy/kernel";
import type { FleetMessage } from "../../wire/invitation.ts";

/** What is known when an invitation is considered. Times in milliseconds since 1970. */
export interface InvitationCircumstances {
  readonly now: number;
  /** The message in the user metadata; `undefined`: none that can be read. */
  readonly message: FleetMessage | undefined;
  /** What the device has answered last, to whatever deployment. */
  readonly answer: FleetMessage | undefined;
  /** Deployment of the open question, with its deadline. */
  readonly open: { readonly deployment: string; readonly deadline: number } | undefined;
  /** The question was put off, and this is not yet the next cycle. */
  readonly putOff: string | undefined;
  readonly automatic: boolean;
}

export type InvitationAction =
  | { readonly do: "ask"; readonly message: FleetMessage }
  /** The open question has lost its reason. */
  | { readonly do: "withdraw" }
  | { readonly do: "accept"; readonly message: FleetMessage; readonly why: "mandatory" }
  | { readonly do: "draw"; readonly message: FleetMessage }
  /** Nobody has answered in time. */
  | { readonly do: "put-off"; readonly message: FleetMessage };

/** What to do about the fleet message that stands in the user metadata; `undefined`: nothing (more). */
export function planInvitation(at: InvitationCircumstances): InvitationAction | undefined {
  const { message, open } = at;
  const invite = message?.type === "INVITE" && !isAnswered(message, at.answer, at.now) ? message : undefined;
  if (open !== undefined && open.deployment !== invite?.deployment) return { do: "withdraw" };
  if (invite === undefined) return undefined;
  if (invite.mandatory) return { do: "accept", message: invite, why: "mandatory" };
  if (at.automatic) return at.putOff === invite.deployment ? undefined : { do: "draw", message: invite };
  if (open !== undefined) return open.deadline <= at.now ? { do: "put-off", message: invite } : undefined;
  return at.putOff === invite.deployment ? undefined : { do: "ask", message: invite };
}

/** True when the device has said its word about this deployment; ASKAGAIN is one until its time has come. */
function isAnswered(invite: FleetMessage, answer: FleetMessage | undefined, now: number): boolean {
  if (answer?.deployment !== invite.deployment) return false;
  if (answer.type !== "ASKAGAIN") return true;
  const again = parseMoment(answer.askAgainUpdate);
  return again === undefined || again > now;
}

/** Moments come as RFC 3339, or as plain dates. */
function parseMoment(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  return parseIso(text) ?? parseIso(`${text}T00:00:00Z`);
}

/**
 * When an accepted update is wanted: the wish, if it lies between the invitation's earliest and latest time; else `NOW`. Limits
 * that are no dates do not limit.
 */
export function preferredUpdate(invite: FleetMessage, wish: string | undefined): string {
  const at = parseMoment(wish);
  if (wish === undefined || at === undefined) return "NOW";
  const earliest = parseMoment(invite.earliestUpdate) ?? Number.NEGATIVE_INFINITY;
  const latest = parseMoment(invite.latestUpdate) ?? Number.POSITIVE_INFINITY;
  return earliest <= at && at <= latest ? wish : "NOW";
}
