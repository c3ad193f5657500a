import { type Headers, type HttpReply, header } from "../../http.ts";
import { headerLines, statusLine } from "./head-text.ts";

/** What the reply's form depends on. */
export interface ReplyCircumstances {
  readonly method: string;
  readonly version: "1.0" | "1.1";
  /** The client would keep the connection, and so would we. */
  readonly keepAlive: boolean;
  /** Length of the body in bytes; `undefined` when nobody knows before its end. */
  readonly length: number | undefined;
  /** For a Date header. */
  readonly date: string;
  readonly verbatim: boolean;
  readonly http10: "full" | "bare";
}

/** How a reply is written. */
export interface ReplyPlan {
  /** Status line, headers and the empty line, to be written as Latin-1. */
  readonly head: string;
  /** `none`: the body is not written at all. `plain`: its bytes as they are. */
  readonly body: "none" | "plain" | "chunked";
  /** The connection ends after this reply. */
  readonly close: boolean;
}

/**
 * Decides status line, headers and framing. Headers keep their order and spelling; `Date`, the framing and `Connection` follow
 * unless the handler gave them. A Content-Length of the handler that is not true is put right, except in replies to HEAD.
 */
export function planReply(reply: HttpReply, about: ReplyCircumstances): ReplyPlan {
  const bodiless = about.method === "HEAD" || reply.status === 204 || reply.status === 304 || reply.status < 200;
  const line = statusLine(about.version, reply.status, reply.reason);
  if (about.verbatim)
    return { head: `${line}${headerLines(reply.headers)}\r\n`, body: bodiless ? "none" : "plain", close: true };

  const wish = header(reply.headers, "connection")?.toLowerCase();
  const coded = header(reply.headers, "transfer-encoding") !== undefined;
  const chunked = !bodiless && about.version === "1.1" && (coded || about.length === undefined);
  const endless = !bodiless && !chunked && about.length === undefined;
  const close = !about.keepAlive || endless || wish === "close";
  const body = bodiless ? "none" : chunked ? "chunked" : "plain";
  if (about.version === "1.0" && close && about.http10 === "bare")
    return { head: `${line}${headerLines(reply.headers)}\r\n`, body, close };

  let head = line + headerLines(truthful(reply.headers, about, bodiless));
  if (header(reply.headers, "date") === undefined) head += `Date: ${about.date}\r\n`;
  if (chunked) {
    if (!coded) head += "Transfer-Encoding: chunked\r\n";
  } else if (
    about.length !== undefined &&
    reply.status !== 204 &&
    reply.status !== 304 &&
    header(reply.headers, "content-length") === undefined
  ) {
    head += `Content-Length: ${about.length}\r\n`;
  }
  if (wish === undefined) {
    if (close) head += "Connection: close\r\n";
    else if (about.version === "1.0") head += "Connection: keep-alive\r\n";
  }
  return { head: `${head}\r\n`, body, close };
}

function truthful(headers: Headers, about: ReplyCircumstances, bodiless: boolean): Headers {
  const claimed = header(headers, "content-length");
  if (claimed === undefined || bodiless || about.length === undefined || Number(claimed) === about.length)
    return headers;
  return headers.map(
    ([name, value]) => [name, name.toLowerCase() === "content-length" ? String(about.length) : value] as const,
  );
}
