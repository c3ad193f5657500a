import { PantahubClient } from "./pantahub-client.ts";
import { PantahubUser } from "./pantahub-user.ts";

/** A Pantahub somewhere else, ours or a real one. Dispose it (`await using`). */
export interface PantahubConnection extends AsyncDisposable {
  readonly client: PantahubClient;
  /** A user of it; the password defaults to the name. */
  user(name: string, password?: string): PantahubUser;
}

/**
 * Connects to a Pantahub by its base URL, such as `http://127.0.0.1:7410`. `ca` is a PEM certificate to trust besides the
 * system's. Nothing is sent before the first request. Throws `UsageError` for a URL that is none.
 */
export async function connectPantahub(
  url: string,
  options: { readonly ca?: string } = {},
): Promise<PantahubConnection> {
  const { endpointOf, openOutsideClient } = await import("../live/outside-client.ts");
  const endpoint = endpointOf(url, options.ca);
  const outside = openOutsideClient();
  const client = new PantahubClient(outside.network, endpoint);
  return {
    client,
    user: (name, password = name) => new PantahubUser(client, outside.clock, name, password),
    [Symbol.asyncDispose]: () => outside[Symbol.asyncDispose](),
  };
}
