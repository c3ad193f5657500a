import {
  type Clock,
  type Duration,
  type Endpoint,
  later,
  type Network,
  RealTime,
  tcp,
  UsageError,
} from "@understudy/kernel";
import { SocketNetwork } from "@understudy/kernel/live";

/** Sockets and time for a program that is only a client. */
export interface OutsideClient extends AsyncDisposable {
  readonly network: Network;
  readonly clock: Pick<Clock, "now" | "sleep">;
}

/** Opens them; dispose it, or the process does not end. */
export function openOutsideClient(): OutsideClient {
  const time = new RealTime();
  const network = new SocketNetwork(time);
  const sleep = (after: Duration): Promise<void> =>
    new Promise((resolve) => void time.schedule(later(time.now(), after), { due: () => resolve() }, 0));
  return {
    network,
    clock: { now: () => time.now(), sleep },
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      time[Symbol.dispose]();
    },
  };
}

/** The endpoint of an `http://` or `https://` URL. `ca`: PEM to trust besides the system's. Throws `UsageError`. */
export function endpointOf(url: string, ca?: string): Endpoint {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new UsageError("bad-url", `${url} is no http:// or https:// URL.`, { url });
  }
  const secure = parsed.protocol === "https:";
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  const address = tcp(host, parsed.port === "" ? (secure ? 443 : 80) : Number(parsed.port));
  return secure ? { address, tls: ca === undefined ? {} : { ca: [ca] } } : { address };
}
