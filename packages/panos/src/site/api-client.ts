import {
  EMPTY_BODY,
  type Endpoint,
  type HttpRequest,
  noHeaders,
  readText,
  text as textBody,
  UnderstudyError,
  type World,
} from "@understudy/kernel";
import { type Parameters, writeForm } from "../wire/api/form.ts";
import { readXml } from "../wire/xml/read.ts";
import { attribute, child, deepText, type XmlElement } from "../wire/xml/tree.ts";

/** A reply of the XML API as a client sees it. */
export interface ApiReply {
  readonly ok: boolean;
  readonly code: string | undefined;
  /** What `result` holds; empty when there is none. */
  readonly result: XmlElement;
  /** All texts of an error, or of a message. */
  readonly text: string;
  /** The whole document as it came. */
  readonly xml: string;
}

export type ApiClientErrorCode = "http" | "malformed" | "refused" | "job-failed" | "out-of-patience";

/** A call that did not bring what it was for. `refused`: the API said no; `details.text` is what it said. */
export class ApiClientError extends UnderstudyError<ApiClientErrorCode> {
  override readonly name = "ApiClientError";
}

const EMPTY_RESULT: XmlElement = { name: "result", attributes: [], children: [] };

/** A client of the XML API like any other, for actions and tests. With `target` its commands go to that firewall. */
export class ApiClient {
  readonly #world: World;
  readonly #endpoint: Endpoint;
  readonly #key: string;
  readonly target: string | undefined;

  constructor(world: World, endpoint: Endpoint, key: string, target?: string) {
    this.#world = world;
    this.#endpoint = endpoint;
    this.#key = key;
    this.target = target;
  }

  /** Logs in with name and password. */
  static async login(world: World, endpoint: Endpoint, user: string, password: string): Promise<ApiClient> {
    const reply = await new ApiClient(world, endpoint, "").call({ type: "keygen", user, password });
    if (!reply.ok)
      throw new ApiClientError("refused", `Login of ${user} was refused: ${reply.text}`, { text: reply.text });
    return new ApiClient(world, endpoint, deepText(child(reply.result, "key") ?? EMPTY_RESULT));
  }

  /** The same client, for one firewall behind Panorama. */
  for(serial: string): ApiClient {
    return new ApiClient(this.#world, this.#endpoint, this.#key, serial);
  }

  /** An operational command. An error in the reply is a reply. */
  op(cmd: string): Promise<ApiReply> {
    return this.call({ type: "op", cmd });
  }

  /** One call. Rejects with `NetworkError` when there is no connection, and with {@link ApiClientError} when the answer is no reply. */
  async call(parameters: Parameters): Promise<ApiReply> {
    const all = {
      ...parameters,
      ...(this.#key === "" ? {} : { key: this.#key }),
      ...(this.target === undefined ? {} : { target: this.target }),
    };
    const request = requestOf(writeForm(all));
    const reply = await this.#world.network.request(
      this.#endpoint.address,
      request,
      this.#endpoint.tls === undefined ? {} : { tls: this.#endpoint.tls },
    );
    const text = await readText(reply.body);
    if (reply.status !== 200 && reply.status !== 403)
      throw new ApiClientError("http", `The API answered with HTTP status ${reply.status}.`, { status: reply.status });
    const reading = readXml(text);
    if (!reading.ok)
      throw new ApiClientError("malformed", `The API's answer is not XML: ${reading.fault.reason}`, { text });
    return parseReply(reading.root, text);
  }
}

/** Longer parameters go into a form. */
const MAX_QUERY = 4000;

function requestOf(form: string): HttpRequest {
  const path = "/api/";
  if (form.length <= MAX_QUERY)
    return { method: "GET", target: `${path}?${form}`, version: "1.1", headers: noHeaders, body: EMPTY_BODY };
  return {
    method: "POST",
    target: path,
    version: "1.1",
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
    body: textBody(form),
  };
}

function parseReply(root: XmlElement, source: string): ApiReply {
  const result = child(root, "result");
  const message = child(root, "msg") ?? (result === undefined ? undefined : child(result, "msg"));
  return {
    ok: attribute(root, "status") === "success",
    code: attribute(root, "code"),
    result: result ?? EMPTY_RESULT,
    text: message === undefined ? "" : deepText(message),
    xml: source,
  };
}
