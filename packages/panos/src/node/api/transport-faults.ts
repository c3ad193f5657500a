import {
  type Body,
  type Clock,
  type Fault,
  type HttpAnswer,
  type HttpReply,
  readText,
  seconds,
  text,
} from "@understudy/kernel";
import { type Answer, CODES, FORBIDDEN, notConnected, refused } from "../../wire/api/answer.ts";
import { httpReply, type RenderedAnswer, rendered } from "../../wire/api/http.ts";

/** What an injected fault does to one call of the API. */
export type TransportFault =
  /** Never answered, or the connection is dropped. */
  | { readonly kind: "outcome"; readonly outcome: "hang" | "reset" | "close" }
  | { readonly kind: "status"; readonly status: number }
  /** Answered, but the answer arrives broken. */
  | { readonly kind: "truncated" | "malformed" }
  /** Answered with an error instead. */
  | { readonly kind: "answer"; readonly answer: Answer };

/**
 * What a fault's words mean: `hang`, `reset`, `close`, `http 503`, `truncated`, `malformed`, `forbidden`, `unauthorized`, `session timed
 * out`; any other text becomes an internal error with that text. `undefined`: the fault only delays.
 */
export function readTransportFault(fault: Fault): TransportFault | undefined {
  if (fault.error === undefined) return undefined;
  const words = fault.error.trim().toLowerCase();
  const status = /^(?:http )?(5\d\d)\b/.exec(words)?.[1];
  if (status !== undefined) return { kind: "status", status: Number(status) };
  switch (words) {
    case "hang":
    case "reset":
    case "close":
      return { kind: "outcome", outcome: words };
    case "truncated":
    case "truncate":
      return { kind: "truncated" };
    case "malformed":
      return { kind: "malformed" };
    case "forbidden":
    case "403":
      return { kind: "answer", answer: FORBIDDEN };
    case "unauthorized":
      return { kind: "answer", answer: refused(CODES.unauthorized, "Unauthorized request") };
    case "session timed out":
      return { kind: "answer", answer: refused(CODES.timedOut, "Session timed out") };
    default:
      return { kind: "answer", answer: refused(CODES.internal, fault.error) };
  }
}

/** Carries out a call under a fault: after its delay, and with what the fault makes of the answer. */
export async function answerUnder(
  fault: Fault,
  clock: Clock,
  answer: () => HttpAnswer | Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  if (fault.delay !== undefined && fault.delay > seconds(0)) await clock.sleep(fault.delay);
  const effect = readTransportFault(fault);
  switch (effect?.kind) {
    case undefined:
      return answer();
    case "outcome":
      return { outcome: effect.outcome };
    case "status":
      return {
        status: effect.status,
        headers: [["Content-Type", "text/html"]],
        body: text(`<html><body>${effect.status}</body></html>`),
      };
    case "answer":
      return httpReply(rendered(effect.answer));
    case "truncated":
    case "malformed":
      return broken(await answer(), effect.kind);
  }
}

/** The first half of an answer: sent as a connection that breaks, or as if it were all there is. */
async function broken(given: HttpAnswer, how: "truncated" | "malformed"): Promise<HttpAnswer> {
  if ("outcome" in given) return given;
  const answer = given.body.kind === "stream" ? { ...given, body: text(await readText(given.body)) } : given;
  if (answer.body.kind !== "text") return answer;
  const half = halved(answer);
  if (how === "malformed") return { ...answer, body: half };
  return { outcome: "truncate", reply: answer, after: half.kind === "text" ? Buffer.byteLength(half.text) : 0 };
}

/** What of an answer comes through Panorama: nothing when it hangs, "not connected" when the connection drops. */
export function throughPanorama(answer: HttpAnswer, serial: string): RenderedAnswer | undefined {
  if (!("outcome" in answer))
    return { status: answer.status, text: answer.body.kind === "text" ? answer.body.text : "" };
  switch (answer.outcome) {
    case "hang":
      return undefined;
    case "reset":
    case "close":
      return rendered(notConnected(serial));
    case "truncate":
      return throughPanorama({ ...answer.reply, body: halved(answer.reply) }, serial);
  }
}

const halved = ({ body }: HttpReply): Body =>
  body.kind === "text" ? text(body.text.slice(0, Math.floor(body.text.length / 2))) : body;
