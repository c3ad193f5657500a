import type { Instant } from "@understudy/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readXml } from "../../wire/xml/read.ts";
import { element, type XmlElement } from "../../wire/xml/tree.ts";
import { applyUidMessage } from "./apply-uid-message.ts";
import { afterReboot, aliveOnly, type DynamicObjects, NO_DYNAMIC_OBJECTS } from "./dynamic-objects.ts";

const NOW = 1_000_000 as Instant;
const payload = (markup: string): XmlElement => {
  const reading = readXml(`<payload>${markup}</payload>`);
  return reading.ok ? reading.root : element("payload");
};
const apply = (objects: DynamicObjects, markup: string) => applyUidMessage(objects, payload(markup), NOW, "vsys1");

const ip = fc.oneof(fc.ipV4(), fc.constantFrom("__proto__", "constructor", "x"));
const tag = fc.stringMatching(/^[a-z]{1,6}$/);
const entry = fc
  .record({
    ip,
    name: tag,
    user: tag,
    timeout: fc.constantFrom("0", "20", "-1", "soon"),
    tags: fc.array(tag, { maxLength: 3 }),
  })
  .map(({ tags, ...attributes }) =>
    element(
      "entry",
      [
        element(
          "tag",
          tags.map((name) => element("member", name)),
        ),
      ],
      Object.entries(attributes),
    ),
  );
const part = fc
  .record({
    name: fc.constantFrom(
      "login",
      "logout",
      "groups",
      "register",
      "unregister",
      "register-user",
      "unregister-user",
      "other",
    ),
    entries: fc.array(entry, { maxLength: 4 }),
  })
  .map(({ name, entries }) => element(name, entries));

describe("uid-messages", () => {
  test("any of them can be carried out as far as it goes, and what was there before is not touched", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const first = applyUidMessage(NO_DYNAMIC_OBJECTS, element("payload", parts), NOW, "vsys1");
        const before = JSON.stringify(first.objects);
        applyUidMessage(first.objects, element("payload", parts), NOW, "vsys1");
        expect(JSON.stringify(first.objects)).toBe(before);
        expect(NO_DYNAMIC_OBJECTS).toEqual({ ips: {}, users: {}, mappings: {}, groups: {} });
      }),
    );
  });

  test("what was registered and unregistered again is gone", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(ip, { maxLength: 5 }),
        fc.uniqueArray(tag, { minLength: 1, maxLength: 3 }),
        (ips, tags) => {
          const entries = ips.map((address) =>
            element(
              "entry",
              [
                element(
                  "tag",
                  tags.map((name) => element("member", name)),
                ),
              ],
              [["ip", address]],
            ),
          );
          const registered = applyUidMessage(
            NO_DYNAMIC_OBJECTS,
            element("payload", [element("register", entries)]),
            NOW,
            "",
          );
          expect(Object.keys(registered.objects.ips).toSorted()).toEqual(ips.toSorted());
          const again = applyUidMessage(
            registered.objects,
            element("payload", [element("register", entries)]),
            NOW,
            "",
          );
          expect(again.complaints).toHaveLength(ips.length * tags.length);
          const gone = applyUidMessage(again.objects, element("payload", [element("unregister", entries)]), NOW, "");
          expect(gone).toEqual({ objects: NO_DYNAMIC_OBJECTS, complaints: [] });
        },
      ),
    );
  });

  test("a part is refused, the rest is done", () => {
    const first = apply(
      NO_DYNAMIC_OBJECTS,
      '<register><entry ip="10.1.1.1"><tag><member timeout="20">t</member></tag></entry></register>',
    );
    const second = apply(
      first.objects,
      '<register><entry ip="10.1.1.1"><tag><member>t</member><member>u</member></tag></entry></register><logout><entry name="x" ip="10.9.9.9"/></logout>',
    );
    expect(second.complaints.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      "register: tag t already exists, ignore",
      "logout: delete mapping failed",
    ]);
    expect(Object.keys(second.objects.ips["10.1.1.1"]?.tags ?? {})).toEqual(["t", "u"]);
    const later = aliveOnly(second.objects, (NOW + 21_000) as Instant);
    expect(Object.keys(later.ips["10.1.1.1"]?.tags ?? {})).toEqual(["u"]);
  });

  test("a reboot leaves what is persistent", () => {
    const entries =
      '<entry ip="10.1.1.1" persistent="0"><tag><member>t</member></tag></entry><entry ip="10.1.1.2" persistent="1"><tag><member>t</member></tag></entry>';
    const { objects } = apply(NO_DYNAMIC_OBJECTS, `<register>${entries}</register>`);
    expect(Object.keys(afterReboot(objects).ips)).toEqual(["10.1.1.2"]);
    expect(afterReboot(afterReboot(objects))).toEqual(afterReboot(objects));
  });

  test("ten thousand addresses in one message", () => {
    const entries = Array.from({ length: 10_000 }, (_, at) =>
      element("entry", [element("tag", [element("member", "t")])], [["ip", `10.0.${at >> 8}.${at & 255}`]]),
    );
    const message = element("payload", [element("register", entries)]);
    expect(Object.keys(applyUidMessage(NO_DYNAMIC_OBJECTS, message, NOW, "").objects.ips)).toHaveLength(10_000);
  });
});
