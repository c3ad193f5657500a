import { UnderstudyError } from "../errors/understudy-error.ts";
import { describeAddress, tcp } from "../network/address.ts";
import type { HttpHandler } from "../network/http.ts";
import { type Listener, type Network, NetworkError, type ServerTls } from "../network/network.ts";
import type { Front } from "./front.ts";

/** An address that is ready. */
export interface ServedAddress {
  /** Such as `Pantahub` or `Pantahub (TLS)`. */
  readonly name: string;
  /** Such as `http://127.0.0.1:7410`. */
  readonly url: string;
}

/** One address to listen on, and the option by which a user would change it. */
export interface ListenOrder {
  readonly name: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Such as `--port`. */
  readonly option: string;
  readonly tls?: ServerTls;
}

/** A network whose HTTP servers all stand behind a front: give it to a cloud that opens its own listeners. */
export function fronted(network: Network, front: Front): Network {
  return {
    request: (to, request, options) => network.request(to, request, options),
    serve: (at, handler, options) => network.serve(at, front.wrap(handler), options),
    dial: (to, protocol, end, options) => network.dial(to, protocol, end, options),
    accept: (at, protocol, host, options) => network.accept(at, protocol, host, options),
  };
}

/** Listens on all addresses, or on none: when one fails the others are closed again. */
export async function listenAll(
  network: Network,
  handler: HttpHandler,
  orders: readonly ListenOrder[],
): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  try {
    for (const order of orders) listeners.push(await listen(network, handler, order));
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}

/** The URLs of listeners made by {@link listenAll} for the same orders. `publicName` replaces the host. */
export function servedAddresses(
  listeners: readonly Listener[],
  orders: readonly ListenOrder[],
  publicName?: string,
): readonly ServedAddress[] {
  return orders.map((order, index) => {
    const address = listeners[index]?.address ?? tcp(order.host, order.port);
    const port = address.kind === "tcp" ? address.port : order.port;
    const host = publicName ?? (isAnyAddress(order.host) ? "127.0.0.1" : order.host);
    return {
      name: order.name,
      url: `${order.tls === undefined ? "http" : "https"}://${describeAddress(tcp(host, port))}`,
    };
  });
}

/** True for addresses that stand for all of a machine's. */
export const isAnyAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";

async function listen(network: Network, handler: HttpHandler, order: ListenOrder): Promise<Listener> {
  try {
    return await network.serve(tcp(order.host, order.port), handler, order.tls === undefined ? {} : { tls: order.tls });
  } catch (error) {
    throw explainListening(error, order);
  }
}

/** An error of `serve` with the option that would help: `Port 7410 on 127.0.0.1 is in use; …`. Other errors come back as they are. */
export function explainListening(error: unknown, order: Pick<ListenOrder, "host" | "port" | "option">): unknown {
  if (!(error instanceof NetworkError)) return error;
  const details = { host: order.host, port: order.port, option: order.option };
  if (error.code === "in-use") {
    const words = `Port ${order.port} on ${order.host} is in use; choose another one with ${order.option} (0 takes a free one).`;
    return new UnderstudyError("port-in-use", words, details, { cause: error });
  }
  if (error.code === "denied") {
    const words = `Port ${order.port} on ${order.host} cannot be served: ${error.message} Choose another one with ${order.option}, or another address with --host.`;
    return new UnderstudyError("port-denied", words, details, { cause: error });
  }
  return error;
}
