import type { SecureContext } from "node:tls";
import { type Issue, NetworkError, type ServerTls } from "../network.ts";
import { serverContext } from "./tls-links.ts";

/** A listener's certificate, which may have to be made first. */
export interface LateContext {
  /** `undefined` until it has been made. */
  readonly now: SecureContext | undefined;
  /** Makes it, once for all who wait; after a failure the next caller tries again. */
  get(): Promise<SecureContext>;
}

/** Throws `NetworkError("tls")` where certificate and key are no pair, or where nobody issues certificates. */
export function lateContext(tls: ServerTls, issue: Issue | undefined): LateContext {
  if (!("issuedFor" in tls)) {
    const now = serverContext(tls);
    return { now, get: () => Promise.resolve(now) };
  }
  if (issue === undefined)
    throw new NetworkError("tls", "Nobody issues certificates on this network; give certificate and key.", {});
  return new IssuedContext(async () => serverContext({ ...tls, ...(await issue(tls.issuedFor)) }));
}

class IssuedContext implements LateContext {
  readonly #make: () => Promise<SecureContext>;
  #making: Promise<SecureContext> | undefined;
  #made: SecureContext | undefined;

  constructor(make: () => Promise<SecureContext>) {
    this.#make = make;
  }

  get now(): SecureContext | undefined {
    return this.#made;
  }

  get(): Promise<SecureContext> {
    this.#making ??= this.#run();
    return this.#making;
  }

  async #run(): Promise<SecureContext> {
    try {
      this.#made = await this.#make();
      return this.#made;
    } finally {
      this.#making = undefined;
    }
  }
}
