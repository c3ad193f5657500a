import { expect, test } from "vitest";
import { readFleetMessage, renderFleetAnswer } from "./invitation.ts";

const MEMBERS = { type: "INVITE", deployment: "d1", release: "r1", vendorRelease: "v9" };

test.each([
  ["an object with #spec", { "#spec": "fleet-update-proto@v1", ...MEMBERS, mandatory: "true" }, true],
  ["an object with spec", { spec: "fleet-update-proto@v1", ...MEMBERS, mandatory: true }, true],
  ["a text with spec", JSON.stringify({ spec: "fleet-update-proto@v1", ...MEMBERS, mandatory: false }), false],
  ["a text with #spec, mandatory as text", JSON.stringify({ "#spec": "x", ...MEMBERS, mandatory: "false" }), false],
  ["an object without mandatory", { "#spec": "fleet-update-proto@v1", ...MEMBERS, mandatory: null }, false],
])("reads %s", (_, token, mandatory) => {
  expect(readFleetMessage(token)).toEqual({
    ok: true,
    value: { type: "INVITE", deployment: "d1", release: "r1", vendorRelease: "v9", mandatory },
  });
});

test("no token is no problem, an unusable one is", () => {
  expect(readFleetMessage(undefined)).toBeUndefined();
  expect(readFleetMessage(null)).toBeUndefined();
  expect(readFleetMessage("")).toBeUndefined();
  for (const token of [
    "{",
    5,
    [],
    { type: "INVITE" },
    { spec: "x", type: "DANCE" },
    { spec: "x", type: "INVITE", deployment: "" },
  ]) {
    expect(readFleetMessage(token)?.ok).toBe(false);
  }
});

test("answers carry #spec, and only what they know", () => {
  const read = readFleetMessage({ "#spec": "fleet-update-proto@v1", type: "INVITE", deployment: "d1", release: "r1" });
  if (read?.ok !== true) throw new Error("the invitation is readable");
  expect(renderFleetAnswer(read.value, { type: "ACCEPT", preferredUpdate: "NOW" })).toEqual({
    "#spec": "fleet-update-proto@v1",
    type: "ACCEPT",
    deployment: "d1",
    release: "r1",
    preferredUpdate: "NOW",
  });
  expect(renderFleetAnswer(read.value, { type: "SKIP" })).toEqual({
    "#spec": "fleet-update-proto@v1",
    type: "SKIP",
    deployment: "d1",
    release: "r1",
  });
});
