import { type Headers, type HttpReply, jsonReply, UnderstudyError } from "@understudy/kernel";
import { handlerError, incidentId, NOT_AUTHORIZED } from "../../wire/pantahub/error-body.ts";
import { type Access, scopeNames } from "../../wire/pantahub/scopes.ts";

const REALM = "pantahub services";

/** Gives each incident of this boot its own id. */
export class Incidents {
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An answer of the first error shape. `reason` goes to the client as `msg`: nothing secret. */
  reply(status: number, reason: string, headers?: Headers): HttpReply {
    const incident = incidentId(this.#now(), this.#count++);
    return jsonReply(handlerError(incident, status, reason), status, headers);
  }
}

/** A request that is refused from somewhere deep: the route's frame answers it. */
export class Refusal extends UnderstudyError<"refused"> {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, reason: string) {
    super("refused", reason, { status });
    this.status = status;
  }
}

/** The caller is not known. `pvr` looks for `ph-aeps` and logs in there. */
export const unauthorized = (base: string): HttpReply =>
  jsonReply(NOT_AUTHORIZED, 401, [["WWW-Authenticate", `JWT realm="${REALM}", ph-aeps="${base}/auth"`]]);

/** `Authorization: Basic` without the secret of an API token. */
export const basicRejected = (): HttpReply =>
  jsonReply(NOT_AUTHORIZED, 401, [["WWW-Authenticate", 'Basic realm="pantahub", Bearer realm="pantahub"']]);

/** The caller's token lacks a scope. The `error` key makes `pvr` ask for credentials. */
export function insufficientScope(incidents: Incidents, base: string, access: Access): HttpReply {
  const needed = scopeNames(access);
  const description = `The request needs one of the scopes ${needed}`;
  const challenge =
    `Bearer Realm="${REALM}", ph-aeps="${base}/auth", scope="${needed}", ` +
    `error="insufficient_scope", error_description="${description}"`;
  return incidents.reply(403, description, [["WWW-Authenticate", challenge]]);
}
