import { expect, test } from "vitest";
import type { FleetMessage } from "../../wire/invitation.ts";
import { type InvitationCircumstances, planInvitation, preferredUpdate } from "./plan-invitation.ts";

const invite = (more: Partial<FleetMessage> = {}): FleetMessage => ({
  type: "INVITE",
  deployment: "d1",
  release: "r1",
  mandatory: false,
  ...more,
});
const answered = (type: FleetMessage["type"], askAgainUpdate?: string): FleetMessage => ({
  ...invite({ type }),
  ...(askAgainUpdate === undefined ? {} : { askAgainUpdate }),
});
const NOW = Date.UTC(2026, 0, 1);

test.each<[string | undefined, Partial<InvitationCircumstances>]>([
  [undefined, { message: undefined }],
  ["ask", {}],
  ["accept", { message: invite({ mandatory: true }) }],
  ["draw", { automatic: true }],
  [undefined, { automatic: true, putOff: "d1" }],
  [undefined, { putOff: "d1" }],
  ["ask", { putOff: "d0" }],
  [undefined, { open: { deployment: "d1", deadline: NOW + 1 } }],
  ["put-off", { open: { deployment: "d1", deadline: NOW } }],
  ["withdraw", { open: { deployment: "d0", deadline: NOW + 1 } }],
  ["withdraw", { message: invite({ type: "CANCELED" }), open: { deployment: "d1", deadline: NOW + 1 } }],
  [undefined, { message: invite({ type: "INPROGRESS" }) }],
  [undefined, { answer: answered("ACCEPT") }],
  [undefined, { answer: answered("SKIP") }],
  [undefined, { answer: answered("ASKAGAIN", "2026-01-01T00:00:01+00:00") }],
  ["ask", { answer: answered("ASKAGAIN", "2026-01-01T00:00:00+00:00") }],
  ["ask", { answer: { ...answered("SKIP"), deployment: "d0" } }],
])("%s", (expected, circumstances) => {
  const action = planInvitation({
    now: NOW,
    message: invite(),
    answer: undefined,
    open: undefined,
    putOff: undefined,
    automatic: false,
    ...circumstances,
  });
  expect(action?.do).toBe(expected);
});

test("an update is wanted when the user wishes it, between the earliest and the latest time", () => {
  const between = invite({ earliestUpdate: "2026-01-01", latestUpdate: "2026-01-31T00:00:00Z" });
  expect(preferredUpdate(between, "2026-01-10T00:00:00Z")).toBe("2026-01-10T00:00:00Z");
  expect(preferredUpdate(between, "2026-02-10T00:00:00Z")).toBe("NOW");
  expect(preferredUpdate(between, "2025-12-31")).toBe("NOW");
  expect(preferredUpdate(between, undefined)).toBe("NOW");
  expect(preferredUpdate(invite({ earliestUpdate: "NOW" }), "2026-02-10")).toBe("2026-02-10");
  expect(preferredUpdate(invite(), "some day")).toBe("NOW");
});
