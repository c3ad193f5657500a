import type { Address } from "../address.ts";
import { inUse } from "../network-errors.ts";

const WILDCARD = "*";
const FIRST_FREE_PORT = 49_152;
const LAST_PORT = 65_535;

/** Who listens where in one process. Hosts are names; the loopback names are one, `0.0.0.0` and `::` take every host. */
export class ListenerRegistry<L> {
  readonly #ports = new Map<number, Map<string, L>>();
  readonly #paths = new Map<string, L>();
  readonly #nextPorts = new Map<string, number>();

  find(at: Address): L | undefined {
    if (at.kind === "unix") return this.#paths.get(at.path);
    const hosts = this.#ports.get(at.port);
    return hosts === undefined ? undefined : (hosts.get(hostName(at.host)) ?? hosts.get(WILDCARD));
  }

  /** The address itself, or with a free port instead of 0. Free ports are given in order, from 49152 on, for each host. */
  settle(at: Address): Address {
    if (at.kind === "unix" || at.port !== 0) return at;
    const host = hostName(at.host);
    const first = this.#nextPorts.get(host) ?? FIRST_FREE_PORT;
    for (let tried = 0; tried <= LAST_PORT - FIRST_FREE_PORT; tried++) {
      const port = FIRST_FREE_PORT + ((first - FIRST_FREE_PORT + tried) % (LAST_PORT - FIRST_FREE_PORT + 1));
      if (this.#taken(host, port)) continue;
      this.#nextPorts.set(host, port + 1);
      return { ...at, port };
    }
    throw inUse(at, "no free port is left on that host.");
  }

  /** Throws `NetworkError("in-use")` when somebody listens there. */
  add(at: Address, listener: L): void {
    if (at.kind === "unix") {
      if (this.#paths.has(at.path)) throw inUse(at, "close the other listener first, or choose another path.");
      this.#paths.set(at.path, listener);
      return;
    }
    const host = hostName(at.host);
    if (this.#taken(host, at.port))
      throw inUse(at, "close the other listener first, or choose another port (0 takes a free one).");
    let hosts = this.#ports.get(at.port);
    if (hosts === undefined) {
      hosts = new Map();
      this.#ports.set(at.port, hosts);
    }
    hosts.set(host, listener);
  }

  /** Takes the listener away, if it is that one who is there. */
  remove(at: Address, listener: L): void {
    if (at.kind === "unix") {
      if (this.#paths.get(at.path) === listener) this.#paths.delete(at.path);
      return;
    }
    const hosts = this.#ports.get(at.port);
    const host = hostName(at.host);
    if (hosts?.get(host) !== listener) return;
    hosts.delete(host);
    if (hosts.size === 0) this.#ports.delete(at.port);
  }

  *all(): Iterable<L> {
    for (const hosts of this.#ports.values()) yield* hosts.values();
    yield* this.#paths.values();
  }

  #taken(host: string, port: number): boolean {
    const hosts = this.#ports.get(port);
    return hosts !== undefined && (host === WILDCARD || hosts.has(host) || hosts.has(WILDCARD));
  }
}

function hostName(host: string): string {
  switch (host) {
    case "localhost":
    case "127.0.0.1":
    case "::1":
      return "localhost";
    case "0.0.0.0":
    case "::":
    case "":
      return WILDCARD;
    default:
      return host.toLowerCase();
  }
}
