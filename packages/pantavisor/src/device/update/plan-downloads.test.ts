import { expect, test } from "vitest";
import { planDownloads } from "./plan-downloads.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const object = (sha256: string, size: number, url: string | undefined = "http://hub/x") => ({
  sha256,
  name: sha256,
  size,
  ...(url === undefined ? {} : { url }),
});

test("what is here is not fetched, what was begun goes on, what is larger than it should be begins anew", () => {
  const plan = planDownloads(
    [object(A, 10), object(B, 20)],
    new Map([
      [A, { sha256: A, partial: 0 }],
      [B, { sha256: undefined, partial: 5 }],
    ]),
  );
  expect(plan).toMatchObject({ ok: true, size: 30, present: 15, fetches: [{ from: 5 }] });
  const anew = planDownloads([object(B, 20)], new Map([[B, { sha256: A, partial: 21 }]]));
  expect(anew).toMatchObject({ ok: true, present: 0, fetches: [{ from: 0 }] });
});

test("names that are no SHA-256, and objects without content, are refused", () => {
  expect(planDownloads([object("../../x", 1)], new Map())).toMatchObject({
    ok: false,
    refusal: expect.stringContaining("not a SHA-256") as string,
  });
  expect(planDownloads([{ sha256: A, name: "a", size: 1 }], new Map())).toEqual({
    ok: false,
    refusal: "Signature validation failed: No signed URL found for object",
  });
});
