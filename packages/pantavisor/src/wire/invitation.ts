import type { JsonObject } from "@understudy/kernel";
import { bad, good, integerAt, isRecord, member, parseJsonOrNothing, type Read, textAt } from "./fields.ts";

/** Key of the fleet update protocol in user metadata (from the controller) and device metadata (from the device). */
export const FLEET_KEY = "fleet.update-proto.token";
const FLEET_SPEC = "fleet-update-proto@v1";

export type FleetType = "INVITE" | "INPROGRESS" | "DONE" | "ERROR" | "CANCELED" | "ACCEPT" | "SKIP" | "ASKAGAIN";

/** A message of the fleet update protocol, in whatever spelling it came. */
export interface FleetMessage {
  readonly type: FleetType;
  readonly deployment: string;
  readonly release: string;
  readonly vendorRelease?: string;
  readonly earliestUpdate?: string;
  readonly latestUpdate?: string;
  readonly mandatory: boolean;
  readonly rev?: number;
  /** In an answer `ASKAGAIN`: when. */
  readonly askAgainUpdate?: string;
}

const TYPES: ReadonlyMap<string, FleetType> = new Map<string, FleetType>([
  ["INVITE", "INVITE"],
  ["INPROGRESS", "INPROGRESS"],
  ["DONE", "DONE"],
  ["ERROR", "ERROR"],
  ["CANCELED", "CANCELED"],
  ["CANCELLED", "CANCELED"],
  ["ACCEPT", "ACCEPT"],
  ["SKIP", "SKIP"],
  ["ASKAGAIN", "ASKAGAIN"],
]);

/**
 * Reads a token: an object or a string that holds one, with `spec` or `#spec`, `mandatory` as boolean or as text. The value of
 * the spec is not judged. `undefined`: there is no token (absent, null or empty).
 */
export function readFleetMessage(value: unknown): Read<FleetMessage> | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const token = typeof value === "string" ? parseJsonOrNothing(value)?.value : value;
  if (!isRecord(token)) return bad("the token is neither an object nor a text that holds one");
  if (textAt(token, "#spec") === undefined && textAt(token, "spec") === undefined) return bad("the token has no #spec");
  const typeText = textAt(token, "type");
  const type = typeText === undefined ? undefined : TYPES.get(typeText.toUpperCase());
  if (type === undefined)
    return bad(`the token's type is ${typeText === undefined ? "missing" : `"${typeText}", which is not known`}`);
  const deployment = textAt(token, "deployment") ?? "";
  if (deployment === "") return bad("the token has no deployment");
  const rev = integerAt(token, "rev");
  return good({
    type,
    deployment,
    release: textAt(token, "release") ?? "",
    mandatory: isTrue(member(token, "mandatory")),
    ...optional("vendorRelease", textAt(token, "vendorRelease")),
    ...optional("earliestUpdate", textAt(token, "earliestUpdate")),
    ...optional("latestUpdate", textAt(token, "latestUpdate")),
    ...optional("askAgainUpdate", textAt(token, "askAgainUpdate")),
    ...(rev === undefined ? {} : { rev }),
  });
}

const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === "string" && value.toLowerCase() === "true");

const optional = <Key extends string>(key: Key, value: string | undefined): { readonly [key in Key]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in Key]?: string }; // one key, and it is Key

/** What a device says to an invitation. */
export type FleetAnswer =
  | { readonly type: "ACCEPT"; readonly preferredUpdate: string }
  | { readonly type: "SKIP" }
  | { readonly type: "ASKAGAIN"; readonly askAgainUpdate: string };

/** The answer as it stands in the device metadata: an object, always with `#spec`. */
export function renderFleetAnswer(invite: FleetMessage, answer: FleetAnswer): JsonObject {
  const head = {
    "#spec": FLEET_SPEC,
    type: answer.type,
    deployment: invite.deployment,
    release: invite.release,
    ...optional("vendorRelease", invite.vendorRelease),
  };
  switch (answer.type) {
    case "ACCEPT":
      return { ...head, preferredUpdate: answer.preferredUpdate };
    case "SKIP":
      return head;
    case "ASKAGAIN":
      return { ...head, askAgainUpdate: answer.askAgainUpdate };
  }
}
