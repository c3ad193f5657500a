import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, kib, seconds } from "../../../time/units.ts";
import { wholeBytes } from "../../body.ts";
import { BodyDecoder } from "./body-decoder.ts";
import { RequestReader } from "./request-reader.ts";

const limits = {
  headerBytes: kib(16),
  bodyBytes: bytes(1_000_000),
  connections: 1,
  readTimeout: seconds(1),
  bodyTimeout: seconds(1),
  idleTimeout: seconds(1),
};
const source = { wanted: () => undefined, abandoned: () => undefined };

/** Cuts a text at the given places. */
function cut(text: string, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % text.length))].sort((a, b) => a - b);
  return [...at, text.length].map((end, index) =>
    Buffer.from(text.slice(index === 0 ? 0 : at[index - 1], end), "latin1"),
  );
}

/** What a reader makes of the pieces. */
function readAll(pieces: readonly Buffer[]): string[] {
  const reader = new RequestReader(limits, source);
  const seen: string[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (;;) {
      const reading = reader.step();
      if (reading.kind === "more") break;
      if (reading.kind === "refuse") return [...seen, `${reading.status} ${reading.why}`];
      const { start, headers, body } = reading.request;
      seen.push(
        `${start.method} ${start.target} ${JSON.stringify(headers)} ${body.kind === "bytes" ? Buffer.from(wholeBytes(body)).toString("latin1") : body.kind}`,
      );
      reader.next();
    }
  }
  return seen;
}

const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 12 });

test("requests are the same however their bytes are cut", () => {
  const stream =
    "\r\nGET /a?b HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nX-Wide:  \t x y \t\r\n\r\n" +
    "POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello" +
    "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nT: 1\r\n\r\n" +
    "GET http://h/d HTTP/1.0\n\n";
  const expected = readAll([Buffer.from(stream, "latin1")]);
  expect(expected).toEqual([
    'GET /a?b [["Host","h"],["X-Empty",""],["X-Wide","x y"]] empty',
    'POST /b [["Content-Length","5"]] hello',
    'PUT /c [["Transfer-Encoding","chunked"]] hello0123456789',
    "GET http://h/d [] empty",
  ]);
  fc.assert(
    fc.property(places, (at) => {
      expect(readAll(cut(stream, at))).toEqual(expected);
    }),
  );
});

test("arbitrary bytes are refused or wait for more, and never throw", () => {
  const soup = fc.array(
    fc.constantFrom(
      "GET / HTTP/1.1",
      "\r\n",
      "\n",
      "\r",
      "A: b",
      "Transfer-Encoding: chunked",
      "Content-Length: 3",
      ":",
      " ",
      "0",
      "\0",
      "é",
      "abc",
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(soup, places, (parts, at) => {
      const text = parts.join("");
      if (text.length > 0) expect(readAll(cut(text, at))).toEqual(readAll([Buffer.from(text, "latin1")]));
    }),
  );
});

test("chunked bodies are the same however they were chunked and cut", () => {
  const chunks = fc.array(
    fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom("a", "\r", "\n", "0", ";") }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(chunks, places, (parts, at) => {
      const text = `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")}0\r\n\r\nrest`;
      const decoder = new BodyDecoder({ kind: "chunked" });
      let body = "";
      let rest = "";
      for (const piece of cut(text, at)) {
        rest += decoder.push(piece, (taken) => {
          body += taken.toString("latin1");
        });
      }
      expect([body, rest, decoder.done]).toEqual([parts.join(""), "rest", true]);
    }),
  );
});
