import {
  type HttpAnswer,
  header,
  type PathParams,
  type ReceivedRequest,
  type RouteContext,
  type Router,
} from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { type Access, REQUIRED_SCOPES } from "../../wire/pantahub/scopes.ts";
import { apiTokenCaller, type BasicCredentials } from "../auth/api-token-caller.ts";
import type { Hub } from "../hub.ts";
import { baseUrl } from "./base-url.ts";
import { basicRejected, insufficientScope, Refusal, unauthorized } from "./refusal.ts";

/** A request at its endpoint. */
export type Call<Params = unknown> = RouteContext<undefined, Params, undefined, undefined>;
export type Answer = HttpAnswer | Promise<HttpAnswer>;

/** Registers the endpoints of one hub. A `Refusal` thrown in an endpoint becomes its answer. */
export class Endpoints {
  readonly #hub: Hub;
  readonly #router: Router;

  constructor(hub: Hub, router: Router) {
    this.#hub = hub;
    this.#router = router;
  }

  /** For requests that need no token. */
  open<const Path extends string>(
    method: string,
    path: Path,
    endpoint: (hub: Hub, call: Call<PathParams<Path>>) => Answer,
  ): void {
    const hub = this.#hub;
    this.#router.route<Path>({ method, path, handle: (call) => framed(hub, () => endpoint(hub, call)) });
  }

  /** For requests that need a token, and with `access` one of its scopes; these take the secret of an API token by `Basic`, too. */
  guarded<const Path extends string>(
    access: Access | undefined,
    method: string,
    path: Path,
    endpoint: (hub: Hub, call: Call<PathParams<Path>>, caller: Caller) => Answer,
  ): void {
    const hub = this.#hub;
    const needed = access === undefined ? -1 : REQUIRED_SCOPES[access];
    const admitted = (call: Call<PathParams<Path>>, caller: Caller): Answer => {
      if (access !== undefined && (caller.scopes & needed) === 0) {
        return insufficientScope(hub.incidents, baseUrl(hub, call.request), access);
      }
      return framed(hub, () => endpoint(hub, call, caller));
    };
    const handle = (call: Call<PathParams<Path>>): Answer => {
      const caller = identify(hub, call.request);
      if (caller !== undefined) return admitted(call, caller);
      const credentials = access === undefined ? undefined : readBasic(header(call.request.headers, "authorization"));
      if (credentials === undefined) return unauthorized(baseUrl(hub, call.request));
      return apiTokenCaller(hub, credentials).then((bearer) =>
        bearer === undefined ? basicRejected() : admitted(call, bearer),
      );
    };
    this.#router.route<Path>({ method, path, handle });
  }
}

/** A name and a secret from `Authorization: Basic`; `undefined` for anything else. */
function readBasic(authorization: string | undefined): BasicCredentials | undefined {
  if (authorization?.startsWith("Basic ") !== true) return undefined;
  const text = Buffer.from(authorization.slice("Basic ".length), "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon > 0 ? { name: text.slice(0, colon), secret: text.slice(colon + 1) } : undefined;
}

/** Who makes a request; devices are noted as heard of. */
export function identify(hub: Hub, request: ReceivedRequest): Caller | undefined {
  const now = hub.world.clock.now();
  const caller = hub.callers.identify(header(request.headers, "authorization"), now);
  if (caller !== undefined && caller.device !== "") hub.contacts.note(caller.device, now, request.via.remote);
  return caller;
}

function framed(hub: Hub, run: () => Answer): Answer {
  try {
    const answer = run();
    return answer instanceof Promise ? answer.catch((error: unknown) => answerTo(hub, error)) : answer;
  } catch (error) {
    return answerTo(hub, error);
  }
}

function answerTo(hub: Hub, error: unknown): HttpAnswer {
  if (error instanceof Refusal) return hub.incidents.reply(error.status, error.message);
  throw error;
}
