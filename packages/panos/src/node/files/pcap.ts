import type { Instant } from "@understudy/kernel";

/** A TCP packet without content, such as the first of a connection. */
export interface CapturedPacket {
  readonly at: Instant;
  /** As in `10.1.0.7`. */
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const PACKET_BYTES = 54;

/** Packets as a libpcap file (version 2.4, Ethernet, little-endian). */
export function pcapFile(packets: readonly CapturedPacket[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return Buffer.concat([header, ...packets.flatMap((packet) => [recordHeader(packet), frame(packet)])]);
}

function recordHeader({ at }: CapturedPacket): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(at / 1000) >>> 0, 0);
  record.writeUInt32LE((at % 1000) * 1000, 4);
  record.writeUInt32LE(PACKET_BYTES, 8);
  record.writeUInt32LE(PACKET_BYTES, 12);
  return record;
}

/** Ethernet, IPv4 and TCP; the checksum of TCP is left to the network card, as in captures of outgoing packets. */
function frame({ source, destination, sourcePort, destinationPort }: CapturedPacket): Buffer {
  const bytes = Buffer.alloc(PACKET_BYTES);
  bytes.write("001b17000002001b170000010800", 0, "hex");
  const ip = bytes.subarray(14, 34);
  ip.set([0x45, 0, 0, PACKET_BYTES - 14, 0, 1, 0x40, 0, 64, 6]);
  ip.set(addressOf(source), 12);
  ip.set(addressOf(destination), 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const tcp = bytes.subarray(34);
  tcp.writeUInt16BE(sourcePort, 0);
  tcp.writeUInt16BE(destinationPort, 2);
  tcp.set([0x50, 0x02, 0xff, 0xff], 12);
  return bytes;
}

const addressOf = (text: string): readonly number[] => text.split(".").map(Number);

function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
