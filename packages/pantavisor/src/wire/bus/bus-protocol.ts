import { type Protocol, WireError } from "@understudy/kernel";
import { parseJsonOrNothing } from "../fields.ts";
import { type BusMessage, readBusMessage, renderBusMessage } from "./bus-message.ts";

/** How a peer writes: frames with a length of four bytes in front, big-endian, or one JSON text per line. */
export type BusStyle = "frames" | "lines";

/** A message in the style it came in or goes out; `undefined` as message: something that could not be read, and is passed over. */
export interface BusFrame {
  readonly style: BusStyle;
  readonly message: BusMessage | undefined;
}

/** Longer messages end the connection. */
export const MAX_BUS_BYTES = 64 * 1024;

const OPENING_BRACE = 0x7b;
const NEWLINE = 0x0a;
const LENGTH_BYTES = 4;

/** The bus's protocol. A peer whose first byte is `{` speaks lines, any other frames. */
export const busProtocol: Protocol<BusFrame> = {
  name: "mocker-bus",
  encode: ({ style, message }) => {
    const text = message === undefined ? "" : renderBusMessage(message);
    if (style === "lines") return Buffer.from(`${text}\n`);
    const size = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(LENGTH_BYTES + size);
    frame.writeUInt32BE(size, 0);
    frame.write(text, LENGTH_BYTES);
    return frame;
  },
  decoder: () => new BusDecoder(),
};

class BusDecoder {
  #style: BusStyle | undefined;
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): BusFrame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    if (this.#rest.length === 0) return [];
    this.#style ??= this.#rest[0] === OPENING_BRACE ? "lines" : "frames";
    return this.#style === "lines" ? this.#lines() : this.#frames();
  }

  #lines(): BusFrame[] {
    const frames: BusFrame[] = [];
    for (let end = this.#rest.indexOf(NEWLINE); end >= 0; end = this.#rest.indexOf(NEWLINE)) {
      if (end > MAX_BUS_BYTES) throw tooLong(end);
      const text = this.#rest.toString("utf8", 0, end);
      if (text.trim() !== "") frames.push({ style: "lines", message: messageIn(text) });
      this.#rest = this.#rest.subarray(end + 1);
    }
    if (this.#rest.length > MAX_BUS_BYTES) throw tooLong(this.#rest.length);
    return frames;
  }

  #frames(): BusFrame[] {
    const frames: BusFrame[] = [];
    while (this.#rest.length >= LENGTH_BYTES) {
      const size = this.#rest.readUInt32BE(0);
      if (size > MAX_BUS_BYTES) throw tooLong(size);
      if (this.#rest.length < LENGTH_BYTES + size) break;
      frames.push({
        style: "frames",
        message: messageIn(this.#rest.toString("utf8", LENGTH_BYTES, LENGTH_BYTES + size)),
      });
      this.#rest = this.#rest.subarray(LENGTH_BYTES + size);
    }
    return frames;
  }
}

function messageIn(text: string): BusMessage | undefined {
  const read = readBusMessage(parseJsonOrNothing(text)?.value);
  return read.ok ? read.value : undefined;
}

const tooLong = (found: number): WireError =>
  new WireError(`A message of the bus has ${found} bytes; at most ${MAX_BUS_BYTES} are taken.`, { path: "" });
