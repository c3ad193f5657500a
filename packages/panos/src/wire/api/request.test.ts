import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseForm, writeForm } from "./form.ts";
import { boundaryOf, parseMultipart } from "./multipart.ts";
import { readApiCall } from "./request.ts";
import { writeMultipart } from "./testing/write-multipart.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const form = [["Content-Type", "application/x-www-form-urlencoded"]] as const;

describe("forms", () => {
  const someParameters = fc.dictionary(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }));

  test("any parameters come back as they were written", () => {
    fc.assert(
      fc.property(someParameters, (parameters) => {
        const expected = Object.fromEntries(
          Object.entries(parameters).map(([k, v]) => [k.toWellFormed(), v.toWellFormed()]),
        );
        expect(parseForm(writeForm(parameters))).toEqual(expected);
      }),
    );
  });

  test("any text is read or refused, never thrown", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseForm(text)));
  });

  test("plus, percent, a bare percent and bytes that are not UTF-8", () => {
    expect(parseForm("a=b+c&d=%3Ce%3E&f=100%&g&=h")).toEqual({ a: "b c", d: "<e>", f: "100%", g: "", "": "h" });
    expect(parseForm("a=%ff")).toBeUndefined();
  });

  test("names of object members are plain names", () => {
    expect(Object.entries(parseForm("__proto__=1&constructor=2") ?? {})).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });
});

describe("multipart", () => {
  const somePart = fc.record({
    name: fc.stringMatching(/^[a-z"\\ -]{1,9}$/),
    content: fc.uint8Array({ maxLength: 40 }),
  });

  test("any parts come back as they were written", () => {
    fc.assert(
      fc.property(
        fc.array(somePart, { maxLength: 5 }),
        fc.option(fc.stringMatching(/^[ -~]{1,12}$/), { nil: undefined }),
        (parts, fileName) => {
          const written = parts.map((part) =>
            fileName === undefined ? part : { ...part, fileName: fileName.replaceAll("%22", "") },
          );
          const read = parseMultipart(writeMultipart(written, "=-=-="), "=-=-=");
          if (written.length > 0)
            expect(read?.map((part) => ({ ...part, content: new Uint8Array(part.content) }))).toEqual(written);
        },
      ),
    );
  });

  test("any bytes are read or refused, never thrown", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("--x", "\r\n", "--", "a", ":", "content-disposition: form-data; name=a")),
        (parts) => void parseMultipart(bytes(parts.join("")), "x"),
      ),
    );
  });

  test("the boundary is found quoted and bare", () => {
    expect(boundaryOf('multipart/form-data; boundary="a b"')).toBe("a b");
    expect(boundaryOf("multipart/form-data; charset=utf-8; boundary=ab")).toBe("ab");
    expect(boundaryOf("application/json")).toBeUndefined();
  });
});

describe("calls", () => {
  test("query and body are merged and the body wins", () => {
    const reading = readApiCall("POST", "/api?type=keygen&user=a", form, bytes("user=admin&password=p%26w"));
    expect(reading).toMatchObject({
      ok: true,
      call: { parameters: { type: "keygen", user: "admin", password: "p&w" } },
    });
  });

  test("one part named file, parameters in the query", () => {
    const body = writeMultipart([{ name: "file", fileName: "a.xml", content: bytes("<a/>") }], "zzz");
    const reading = readApiCall(
      "POST",
      "/api/?type=import&key=k",
      [["content-type", "multipart/form-data; boundary=zzz"]],
      body,
    );
    expect(reading).toMatchObject({
      ok: true,
      call: { credentials: { kind: "key", key: "k" }, file: { name: "a.xml" } },
    });
  });

  test("a part named file is the file, with or without a name of its own", () => {
    const read = (disposition: string) =>
      readApiCall(
        "POST",
        "/api/?type=import",
        [["content-type", "multipart/form-data; boundary=__+/="]],
        bytes(`--__+/=\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n\u00ff\r\n--__+/=--`),
      );
    expect(read('name="file"')).toMatchObject({ call: { file: { name: "file" }, parameters: {} } });
    expect(read("name=\"file\"; filename*=utf-8''%C3%A4.xml")).toMatchObject({ call: { file: { name: "ä.xml" } } });
    expect(read("name=\"file\"; filename=a.xml; filename*=utf-8''%ff")).toMatchObject({
      call: { file: { name: "a.xml" } },
    });
    expect(read('name="category"')).toMatchObject({ call: { parameters: { category: "\u00ff" } } });
  });

  test("the key may stand in a header, or a user and password instead", () => {
    expect(readApiCall("GET", "/api/?type=op", [["x-pan-key", "k2"]], bytes(""))).toMatchObject({
      call: { credentials: { key: "k2" } },
    });
    const basic = [["Authorization", `Basic ${btoa("admin:a:b")}`]] as const;
    expect(readApiCall("GET", "/api/?type=op", basic, bytes(""))).toMatchObject({
      call: { credentials: { user: "admin", password: "a:b" } },
    });
    expect(readApiCall("GET", "/api/?type=op", [], bytes(""))).toMatchObject({
      call: { credentials: { kind: "none" } },
    });
  });

  test("other methods are refused", () => {
    expect(readApiCall("PUT", "/api/", [], bytes(""))).toEqual({ ok: false, why: "method" });
  });
});
