import { type Headers, type HttpReply, streamBody, text as textBody } from "@understudy/kernel";
import type { Markup } from "../xml/write.ts";
import { type Answer, AROUND_PIECES, CODES, renderAnswer } from "./answer.ts";

const XML_HEADERS: Headers = Object.freeze([["Content-Type", "application/xml; charset=UTF-8"] as const]);

/** An answer on its way: what goes over HTTP, or through Panorama to the caller. */
export interface RenderedAnswer {
  readonly status: number;
  /** The document; absent with a file. */
  readonly text?: string;
  readonly file?: { readonly name: string; readonly contentType: string; readonly content: Uint8Array };
}

/** Renders an answer. HTTP status 200 for all but modern authentication failures, which are 403. */
export function rendered(answer: Answer, status: number = statusOf(answer)): RenderedAnswer {
  if (answer.kind === "file")
    return { status, file: { name: answer.name, contentType: answer.contentType, content: answer.content } };
  return { status, text: renderAnswer(answer).markup };
}

function statusOf(answer: Answer): number {
  const modern = answer.kind === "error" && answer.code === CODES.forbidden && answer.lines[0] === "Invalid Credential";
  return modern ? 403 : 200;
}

/** As an HTTP reply. Files come as attachments. */
export function httpReply(answer: RenderedAnswer): HttpReply {
  if (answer.file === undefined)
    return { status: answer.status, headers: XML_HEADERS, body: textBody(answer.text ?? "") };
  const { name, contentType, content } = answer.file;
  const headers: Headers = [
    ["Content-Type", contentType],
    ["Content-Disposition", `attachment; filename=${name.replace(/[^A-Za-z0-9._()-]/g, "_")}`],
  ];
  return { status: answer.status, headers, body: { kind: "bytes", bytes: content } };
}

/** A result of more pieces is not held in memory: it goes out in chunks, without a `Content-Length`. */
const HELD_PIECES = 16;

/** An answer as an HTTP reply; a very long one is written while it is sent, and others are served in between. */
export function answerReply(answer: Answer): HttpReply {
  if (answer.kind !== "pieces") return httpReply(rendered(answer));
  const pieces = answer.pieces[Symbol.iterator]();
  let begun = AROUND_PIECES.before;
  for (let held = 0; held < HELD_PIECES; held++) {
    const { done, value } = pieces.next();
    if (done === true) return httpReply({ status: 200, text: begun + AROUND_PIECES.after });
    begun += value.markup;
  }
  return { status: 200, headers: XML_HEADERS, body: streamBody(bytesOf(begun, pieces)) };
}

async function* bytesOf(begun: string, pieces: Iterator<Markup>): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(begun);
  for (let piece = pieces.next(); piece.done !== true; piece = pieces.next()) yield Buffer.from(piece.value.markup);
  yield Buffer.from(AROUND_PIECES.after);
}
