import { type Protocol, WireError } from "@understudy/kernel";

/** A longer frame is refused and ends its connection. */
export const MAX_FRAME_BYTES = 48 * 1024 * 1024;

const BYTES = "$bytes";

/** Frames as JSON behind a length of four bytes; byte arrays travel as base64. `accepts` checks what a socket brought. */
export function jsonFrames<F>(name: string, accepts: (frame: unknown) => frame is F): Protocol<F> {
  return Object.freeze({
    name,
    encode: encodeFrame,
    decoder: () => new FrameDecoder(accepts),
  });
}

function encodeFrame(frame: unknown): Uint8Array {
  const text = JSON.stringify(frame, function (this: Record<string, unknown>, key: string, value: unknown) {
    const original = this[key];
    return original instanceof Uint8Array ? { [BYTES]: Buffer.from(original).toString("base64") } : value;
  });
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeUInt32BE(length, 0);
  bytes.write(text, 4);
  return bytes;
}

class FrameDecoder<F> {
  readonly #accepts: (frame: unknown) => frame is F;
  #rest: Buffer = Buffer.alloc(0);

  constructor(accepts: (frame: unknown) => frame is F) {
    this.#accepts = accepts;
  }

  push(chunk: Uint8Array): F[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const frames: F[] = [];
    let at = 0;
    while (this.#rest.length - at >= 4) {
      const length = this.#rest.readUInt32BE(at);
      if (length > MAX_FRAME_BYTES)
        throw new WireError(`A frame of ${length} bytes is longer than the ${MAX_FRAME_BYTES} allowed.`, { path: "" });
      if (this.#rest.length - at - 4 < length) break;
      frames.push(this.#decode(this.#rest.toString("utf8", at + 4, at + 4 + length)));
      at += 4 + length;
    }
    this.#rest = this.#rest.subarray(at);
    return frames;
  }

  #decode(text: string): F {
    let frame: unknown;
    try {
      frame = JSON.parse(text, (_, value: unknown) =>
        isPackedBytes(value) ? new Uint8Array(Buffer.from(value[BYTES], "base64")) : value,
      );
    } catch (cause) {
      throw new WireError("A frame is not JSON.", { path: "" }, { cause });
    }
    if (!this.#accepts(frame)) throw new WireError("A frame has an unknown shape.", { path: "kind" });
    return frame;
  }
}

function isPackedBytes(value: unknown): value is { readonly [BYTES]: string } {
  return typeof value === "object" && value !== null && BYTES in value && typeof value[BYTES] === "string";
}
