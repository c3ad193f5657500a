import {
  type Body,
  describeAddress,
  EMPTY_BODY,
  type Endpoint,
  type Headers,
  type HttpReply,
  type JsonObject,
  type JsonValue,
  json,
  type Network,
  readJson,
  targetPath,
  tcp,
  UnderstudyError,
} from "@understudy/kernel";
import { errorTextOf } from "../wire/pantahub/error-body.ts";

/** A Pantahub said no. `details`: `status`, `method`, `path`, and the `body` as it came. */
export class PantahubError extends UnderstudyError<"refused-by-pantahub"> {
  override readonly name = "PantahubError";
  readonly status: number;

  constructor(status: number, method: string, path: string, body: unknown) {
    const reason = errorTextOf(body) ?? "no reason given";
    super("refused-by-pantahub", `${method} ${path}: ${status}, ${reason}`, { status, method, path, body });
    this.status = status;
  }
}

/** What a request carries besides method and path. */
export interface ClientRequest {
  readonly token?: string;
  /** Sent as JSON. */
  readonly value?: unknown;
  /** Sent as it is. */
  readonly body?: Body;
  readonly headers?: Headers;
}

/** What came back. */
export interface JsonAnswer {
  readonly status: number;
  readonly value: JsonValue;
}

const USER_AGENT: readonly [string, string] = ["User-Agent", "understudy"];
const JSON_TYPE: readonly [string, string] = ["Content-Type", "application/json; charset=utf-8"];

/** Speaks with a Pantahub, ours or a real one, over any network. */
export class PantahubClient {
  readonly #network: Network;
  readonly #endpoint: Endpoint;

  constructor(network: Network, endpoint: Endpoint) {
    this.#network = network;
    this.#endpoint = endpoint;
  }

  /** The reply, whatever its status. `target` may be an absolute URL of this Pantahub: only its path counts. */
  reply(method: string, target: string, request: ClientRequest = {}): Promise<HttpReply> {
    const { address, tls } = this.#endpoint;
    const { token, value, body = value === undefined ? EMPTY_BODY : json(value), headers = [] } = request;
    const host = address.kind === "tcp" ? describeAddress(tcp(address.host, address.port)) : "localhost";
    const sent: Headers = [
      ["Host", host],
      USER_AGENT,
      ...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const]),
      ...(value === undefined ? [] : [JSON_TYPE]),
      ...headers,
    ];
    const message = { method, target: targetPath(target), version: "1.1", headers: sent, body } as const;
    return this.#network.request(address, message, tls === undefined ? {} : { tls });
  }

  /** Status and JSON value (null without a body) of an answer that is 200, or one of `also`. Throws {@link PantahubError} otherwise. */
  async exchange(
    method: string,
    target: string,
    request: ClientRequest = {},
    also: readonly number[] = [],
  ): Promise<JsonAnswer> {
    const reply = await this.reply(method, target, request);
    const value = reply.body.kind === "empty" ? null : ((await readJson(reply.body)) as JsonValue); // JSON is what readJson gives.
    if (reply.status === 200 || also.includes(reply.status)) return { status: reply.status, value };
    throw new PantahubError(reply.status, method, pathOnly(target), value);
  }

  /** A token for an account or a device. Throws {@link PantahubError} with status 401 for a wrong password. */
  async login(username: string, password: string): Promise<string> {
    const { value } = await this.exchange("POST", "/auth/login", { value: { username, password } });
    return textOf(value, "token");
  }
}

/** A member that must be a text. */
export function textOf(value: JsonValue, name: string): string {
  const member = typeof value === "object" && value !== null ? (value as JsonObject)[name] : undefined; // An array has no such names.
  if (typeof member === "string") return member;
  throw new UnderstudyError("unexpected-answer", `Pantahub's answer has no text ${name}.`, { name });
}

const pathOnly = (target: string): string => targetPath(target).split("?")[0]?.slice(0, 120) ?? "";
