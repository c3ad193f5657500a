import {
  type HttpAnswer,
  type HttpHandler,
  type Instant,
  messageOf,
  type ReceivedRequest,
  readBytes,
  text,
  type Via,
} from "@understudy/kernel";
import { type Answer, badRequest, CODES, MALFORMED, refused } from "../../wire/api/answer.ts";
import { answerReply } from "../../wire/api/http.ts";
import { type ApiCall, credentialsOf, parameter, pathOf, readApiCall } from "../../wire/api/request.ts";
import { isRestPath } from "../../wire/rest/resources.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { answerRest } from "../rest/answer-rest.ts";
import { type ApiTable, answerCall, forbidden } from "./answer-call.ts";
import { authenticate } from "./authenticate.ts";
import { Logins } from "./logins.ts";
import { answerUnder } from "./transport-faults.ts";

/** Larger bodies are answered with 413. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

const NO_BYTES = new Uint8Array(0);
const plain = (status: number, message: string): HttpAnswer => ({
  status,
  headers: [["Content-Type", "text/plain"]],
  body: text(message),
});
const NOT_FOUND = plain(404, "Not Found\n");
const NOT_ALLOWED: HttpAnswer = {
  status: 405,
  headers: [
    ["Content-Type", "text/plain"],
    ["Allow", "GET, POST"],
  ],
  body: text("Method Not Allowed\n"),
};
const TOO_LARGE = plain(413, "Request Entity Too Large\n");

/** With or without its slash at the end. */
const isXmlPath = (path: string): boolean => path === "/api/" || path === "/api";
/** Whether a path belongs to one of the APIs of PAN-OS. */
export const isApiPath = (path: string): boolean => isXmlPath(path) || isRestPath(path);

/** Something that carries out a call for an administrator: the node itself, or Panorama for one of its firewalls. */
export type CallCarrier = (
  call: ApiCall,
  caller: Caller,
  signal: AbortSignal | undefined,
) => Promise<HttpAnswer> | HttpAnswer | undefined;

/** Told of every call that was answered. */
export type CallObserver = (
  call: ApiCall,
  caller: Pick<Caller, "admin" | "remote">,
  answer: HttpAnswer,
  started: Instant,
) => void;

/** The APIs of one node over HTTP. */
export class HttpFront<N extends RecordingNode> implements HttpHandler {
  readonly #node: N;
  readonly #table: ApiTable<N>;
  readonly #observe: CallObserver;
  readonly #logins: Logins;
  readonly #elsewhere: CallCarrier | undefined;

  /** `elsewhere` is asked first, and answers calls with a `target`. */
  constructor(node: N, table: ApiTable<N>, observe: CallObserver, elsewhere?: CallCarrier) {
    this.#node = node;
    this.#table = table;
    this.#observe = observe;
    this.#logins = new Logins(node);
    this.#elsewhere = elsewhere;
  }

  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const path = pathOf(request.target);
    const isRest = isRestPath(path);
    if (!isRest && !isXmlPath(path)) return NOT_FOUND;
    const fault = this.#node.strike("request");
    const receive = () => (isRest ? this.#receiveRest(request) : this.#receive(request));
    return fault === undefined ? receive() : answerUnder(fault, this.#node.world.clock, receive);
  }

  async #receiveRest(request: ReceivedRequest): Promise<HttpAnswer> {
    const started = this.#node.now();
    const credentials = credentialsOf(request.headers, {});
    const answer = await answerRest(this.#node, request, this.#logins);
    const admin = authenticate(this.#node, credentials) ?? (credentials.kind === "basic" ? credentials.user : "");
    const parameters = {
      type: "rest",
      action: request.method,
      xpath: request.target.replace(/([?&]key=)[^&]*/gi, "$1…"),
    };
    this.#observe({ parameters, credentials }, { admin, remote: request.via.remote }, answer, started);
    return answer;
  }

  #receive(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const answer = request.body.kind === "empty" ? this.#read(request, NO_BYTES) : this.#readLong(request);
    return answer instanceof Promise ? answer.catch((error: unknown) => this.#failed(error)) : answer;
  }

  #failed(error: unknown): HttpAnswer {
    this.#node.world.log.error("a call failed", { error: messageOf(error) });
    return reply(refused(CODES.internal, "Internal Error"));
  }

  async #readLong(request: ReceivedRequest): Promise<HttpAnswer> {
    const body = await readBytes(request.body);
    return body.byteLength > MAX_BODY_BYTES ? TOO_LARGE : this.#read(request, body);
  }

  #read(request: ReceivedRequest, body: Uint8Array): HttpAnswer | Promise<HttpAnswer> {
    const reading = readApiCall(request.method, request.target, request.headers, body);
    if (reading.ok) return this.#answer(reading.call, request.via);
    return reading.why === "method" ? NOT_ALLOWED : reply(MALFORMED);
  }

  #answer(call: ApiCall, { remote, signal }: Via): HttpAnswer | Promise<HttpAnswer> {
    const started = this.#node.now();
    const admin = authenticate(this.#node, call.credentials);
    const caller: Pick<Caller, "admin" | "remote"> = {
      admin: admin ?? parameter(call.parameters, "user") ?? "",
      remote,
    };
    const told = (answer: HttpAnswer): HttpAnswer => {
      this.#observe(call, caller, answer, started);
      return answer;
    };
    const noted = isKeygen(call) ? undefined : this.#logins.note(call.credentials, admin, remote);
    const answer =
      noted === undefined
        ? this.#answerFor(call, admin, remote, signal)
        : noted.then(() => this.#answerFor(call, admin, remote, signal));
    return answer instanceof Promise ? answer.then(told) : told(answer);
  }

  #answerFor(
    call: ApiCall,
    admin: string | undefined,
    remote: string,
    signal: AbortSignal | undefined,
  ): HttpAnswer | Promise<HttpAnswer> {
    const node = this.#node;
    if (admin === undefined && !isKeygen(call))
      return reply(hasType(call) ? forbidden(node) : badRequest('Missing value for parameter "type".'));
    const vsys = parameter(call.parameters, "vsys");
    const caller: Caller = { admin: admin ?? "", by: "direct", remote, ...(vsys === undefined ? {} : { vsys }) };
    const carried = this.#elsewhere?.(call, caller, signal);
    if (carried !== undefined) return carried;
    const answer = answerCall(node, this.#table, call, caller);
    return answer instanceof Promise ? answer.then(reply) : reply(answer);
  }
}

const isKeygen = (call: ApiCall): boolean => parameter(call.parameters, "type") === "keygen";
const hasType = (call: ApiCall): boolean => parameter(call.parameters, "type") !== undefined;
const reply = (answer: Answer): HttpAnswer => answerReply(answer);
