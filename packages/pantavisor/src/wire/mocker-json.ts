import type { JsonObject } from "@understudy/kernel";
import { type Automation, DEFAULT_AUTOMATION, readAutomation } from "./automation.ts";
import { bad, good, integerAt, isRecord, member, parseJsonOrNothing, type Read, recordAt, textAt } from "./fields.ts";

/** What a user says of a device in `config/mocker.json`. Unknown members are ignored. */
export interface MockerSettings {
  /** Values that replace the generated ones, or come beside them. */
  readonly deviceMetadata: JsonObject;
  readonly automation: Automation;
  /** True when the file has an automation block. */
  readonly hasAutomation: boolean;
  /** After `later` the device says ASKAGAIN and asks again so many seconds later. Absent: it says nothing and asks next cycle. */
  readonly askAgainSeconds?: number;
  /** What an accepted invitation asks for, between its earliest and latest time. Absent: `NOW`. */
  readonly preferredUpdate?: string;
}

/** Larger files are refused. */
export const MAX_MOCKER_JSON_BYTES = 50 * 1024;

export const NO_MOCKER_SETTINGS: MockerSettings = Object.freeze({
  deviceMetadata: Object.freeze({}),
  automation: DEFAULT_AUTOMATION,
  hasAutomation: false,
});

/** Reads the file's text. Bad when it is no JSON object; members of the wrong kind count as absent. */
export function readMockerJson(text: string): Read<MockerSettings> {
  const parsed = parseJsonOrNothing(text);
  if (parsed === undefined) return bad("mocker.json is not JSON");
  if (!isRecord(parsed.value)) return bad("mocker.json is not an object");
  const invitation = recordAt(parsed.value, "invitation") ?? {};
  const askAgainSeconds = integerAt(invitation, "askAgainSeconds");
  const preferredUpdate = textAt(invitation, "preferredUpdate");
  return good({
    deviceMetadata: (recordAt(parsed.value, "device-meta") ?? {}) as JsonObject, // parsed from JSON text
    automation: readAutomation(member(parsed.value, "automation")),
    hasAutomation: isRecord(member(parsed.value, "automation")),
    ...(askAgainSeconds !== undefined && askAgainSeconds > 0 ? { askAgainSeconds } : {}),
    ...(preferredUpdate === undefined ? {} : { preferredUpdate }),
  });
}
