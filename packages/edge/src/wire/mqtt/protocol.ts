import { type ByteCount, kib, type Protocol, wireProblem } from "@understudy/kernel";
import { generate, type Packet, type Parser, parser } from "mqtt-packet";
import type { MqttFrame } from "./frame.ts";
import { normaliseFrame } from "./normalise-frame.ts";
import { asBuffer, payloadBytes } from "./payload.ts";

/** Largest control packet that is read: a message of 256 KiB with its topic. */
export const MAX_MQTT_PACKET: ByteCount = kib(320);

/** The longest fixed header: one byte of type and flags, four of length. */
const MAX_HEADER_BYTES = 5;
const VERSION_3_1_1 = { protocolVersion: 4 } as const;

/**
 * MQTT 3.1.1 on sockets. Cuts the stream into packets itself and gives `mqtt-packet` whole ones only, so that a connection
 * between packets keeps nothing and an oversized packet is refused by its header.
 */
export function mqttProtocol(limit: ByteCount = MAX_MQTT_PACKET): Protocol<MqttFrame> {
  return {
    name: "mqtt",
    encode: encodeFrame,
    decoder: () => new PacketCutter(limit),
  };
}

function encodeFrame(frame: MqttFrame): Uint8Array {
  const packet = frame.cmd === "publish" ? { ...frame, payload: payloadBytes(frame.payload) } : withWillBytes(frame);
  // Our frames are read-only records with the member names of `mqtt-packet`, which only reads them.
  return generate(packet as unknown as Packet, VERSION_3_1_1);
}

function withWillBytes(frame: MqttFrame): object {
  if (frame.cmd !== "connect" || frame.will === undefined) return frame;
  return { ...frame, will: { ...frame.will, payload: payloadBytes(frame.will.payload) } };
}

class PacketCutter {
  readonly #limit: ByteCount;
  #rest: Buffer | undefined;

  constructor(limit: ByteCount) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): MqttFrame[] {
    let bytes = this.#rest === undefined ? asBuffer(chunk) : Buffer.concat([this.#rest, chunk]);
    const frames: MqttFrame[] = [];
    for (;;) {
      const size = packetSize(bytes, this.#limit);
      if (size === undefined || bytes.length < size) break;
      frames.push(parsePacket(bytes.subarray(0, size)));
      bytes = bytes.subarray(size);
    }
    this.#rest = bytes.length === 0 ? undefined : bytes;
    return frames;
  }
}

/** Size of the packet that begins here, header included; `undefined` while the header is incomplete. */
function packetSize(bytes: Buffer, limit: ByteCount): number | undefined {
  let length = 0;
  for (let at = 1; at < MAX_HEADER_BYTES; at++) {
    const digit = bytes[at];
    if (digit === undefined) return undefined;
    length += (digit & 0x7f) * 128 ** (at - 1);
    if (length > limit) {
      const found = `a remaining length of at least ${length}`;
      throw wireProblem({ reason: "too-large", path: "packet", found, accepted: `at most ${limit} bytes` });
    }
    if (digit < 0x80) return at + 1 + length;
  }
  throw wireProblem({
    reason: "syntax",
    path: "packet",
    found: "a length of more than four bytes",
    accepted: "at most four",
  });
}

function parsePacket(bytes: Buffer): MqttFrame {
  const read: { packet?: Packet; error?: unknown } = {};
  const reader: Parser = parser({ ...VERSION_3_1_1 }); // It writes into its settings.
  reader.on("packet", (packet) => {
    read.packet = packet;
  });
  reader.on("error", (error) => {
    read.error = error;
  });
  reader.parse(bytes);
  const frame = read.error === undefined && read.packet !== undefined ? normaliseFrame(read.packet) : undefined;
  if (frame !== undefined) return frame;
  const found = read.packet === undefined ? "bytes that are no control packet" : `a ${read.packet.cmd} packet`;
  throw wireProblem(
    { reason: "syntax", path: "packet", found, accepted: "an MQTT 3.1.1 control packet" },
    { cause: read.error },
  );
}
