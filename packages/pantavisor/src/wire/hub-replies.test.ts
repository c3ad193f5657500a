import fc from "fast-check";
import { expect, test } from "vitest";
import {
  deviceIdOf,
  readMetadata,
  readObjects,
  readOwner,
  readRegistration,
  readStep,
  readToken,
} from "./hub-replies.ts";

test("whatever the hub answers, it is read or refused", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.object(), fc.anything()), (value) => {
      for (const read of [readRegistration, readToken, readOwner, readStep, readObjects, readMetadata])
        expect(typeof read(value).ok).toBe("boolean");
    }),
  );
});

test("an error body is no step, no device and no token", () => {
  const error = { error: "REST-ERR-ID-1", msg: "", code: 500 };
  for (const read of [readRegistration, readToken, readStep, readObjects]) expect(read(error).ok).toBe(false);
  expect(readMetadata(null).ok).toBe(false);
});

test("a step is read with its state; a status that nobody knows is no status", () => {
  const step = { rev: 1, progress: { status: "CANCEL" }, state: { "#spec": "x" }, "commit-msg": "m" };
  expect(readStep(step)).toMatchObject({
    ok: true,
    value: { rev: 1, status: "CANCELLED", statusText: "CANCEL", commitMessage: "m" },
  });
  expect(readStep({ ...step, progress: { status: "DANCING" } })).toMatchObject({
    ok: true,
    value: { status: undefined },
  });
});

test("objects of the same content are one; sizes come as texts or numbers", () => {
  const entry = { id: "a", size: "12", objectname: "x", "signed-geturl": "http://h/" };
  expect(readObjects([entry, entry, { id: "b", sizeint: 3, "signed-geturl": "" }])).toEqual({
    ok: true,
    value: [
      { sha256: "a", name: "x", size: 12, url: "http://h/" },
      { sha256: "b", name: "b", size: 3 },
    ],
  });
});

test("a PRN that could break a path is refused", () => {
  expect(deviceIdOf("prn:::devices:/65f0")).toBe("65f0");
  for (const prn of ["prn:::devices:/", "prn:::devices:/a b", "prn:::devices:/a?b", "x\ny/z"])
    expect(deviceIdOf(prn)).toBeUndefined();
});
