/** Where a listener is. In one process, hosts are names: `localhost` and `127.0.0.1` are the same, `0.0.0.0` takes all. */
export type Address = TcpAddress | UnixAddress;

export interface TcpAddress {
  readonly kind: "tcp";
  readonly host: string;
  /** When serving, 0 picks a free one. */
  readonly port: number;
}

export interface UnixAddress {
  readonly kind: "unix";
  readonly path: string;
}

export const tcp = (host: string, port: number): TcpAddress => ({ kind: "tcp", host, port });
export const unix = (path: string): UnixAddress => ({ kind: "unix", path });

/** `host:port`, `[v6]:port` or `unix:path`. */
export function describeAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
