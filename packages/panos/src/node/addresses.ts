import { createHash } from "node:crypto";
import { type TcpAddress, tcp } from "@understudy/kernel";

/** Firewalls that get a loopback address of their own unless told otherwise. */
export const DIRECT_FIREWALLS = 500;

/** The loopback address of firewall `n` (from 0): 127.42.0.1, 127.42.0.2 … with 250 to a block. */
export const directHost = (n: number): string => `127.42.${Math.floor(n / 250)}.${(n % 250) + 1}`;

/** `host:port` as an address; `undefined` when it is none. */
export function parseHostPort(text: string): TcpAddress | undefined {
  const match = /^(.+):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[2]);
  return match?.[1] === undefined || port > 65_535 ? undefined : tcp(match[1], port);
}

export const hostPort = (address: TcpAddress): string => `${address.host}:${address.port}`;

/**
 * Where a firewall waits for its HA peer: follows from its serial and its Panorama's port, so that both members know it
 * without asking, and two labs on one machine do not meet.
 */
export function ha1Address(serial: string, labPort: number): TcpAddress {
  const hash = createHash("sha256").update(`${serial}:${labPort}`).digest();
  const [a = 0, b = 0, c = 0] = hash;
  return tcp(`127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`, 20_000 + (hash.readUInt16BE(3) % 12_000));
}
