import type { Framing } from "./framing.ts";

/** The bytes do not follow the chunked coding. */
export class ChunkError extends Error {
  override readonly name = "ChunkError";
}

type Place = "size" | "data" | "data-end" | "trailer" | "raw" | "done";

const CR = 13;
const LF = 10;
/** Size lines with their extensions, and all trailers together, may be so long. */
const LINE_LIMIT = 8_192;
const NOTHING = Buffer.alloc(0);

/** Takes the body of one message out of a byte stream. Chunk extensions and trailers are read and dropped. */
export class BodyDecoder {
  readonly #framing: Framing;
  #place: Place;
  /** Bytes left of the body, or of the present chunk. */
  #left = 0;
  #line: Buffer = NOTHING;
  #trailerBytes = 0;

  constructor(framing: Framing) {
    this.#framing = framing;
    if (framing.kind === "chunked") this.#place = "size";
    else if (framing.kind === "until-close") {
      this.#place = "raw";
      this.#left = Number.POSITIVE_INFINITY;
    } else {
      this.#left = framing.kind === "length" ? framing.length : 0;
      this.#place = this.#left === 0 ? "done" : "raw";
    }
  }

  get done(): boolean {
    return this.#place === "done";
  }

  /** Hands pieces of the body to `take`; returns what lies behind its end. Throws {@link ChunkError}. */
  push(chunk: Buffer, take: (piece: Buffer) => void): Buffer {
    let rest = chunk;
    while (rest.length > 0 && this.#place !== "done") {
      if (this.#place === "raw" || this.#place === "data") rest = this.#body(rest, take);
      else rest = this.#control(rest);
    }
    return rest;
  }

  /** The connection has ended. True when that is where the body may end. */
  endOfStream(): boolean {
    if (this.#framing.kind === "until-close") this.#place = "done";
    return this.done;
  }

  #body(rest: Buffer, take: (piece: Buffer) => void): Buffer {
    const piece = rest.length > this.#left ? rest.subarray(0, this.#left) : rest;
    this.#left -= piece.length;
    if (this.#left === 0) this.#place = this.#place === "raw" ? "done" : "data-end";
    take(piece);
    return rest.subarray(piece.length);
  }

  #control(rest: Buffer): Buffer {
    const end = rest.indexOf(LF);
    const part = end < 0 ? rest : rest.subarray(0, end + 1);
    this.#line = this.#line.length === 0 ? part : Buffer.concat([this.#line, part]);
    if (this.#line.length > LINE_LIMIT) throw new ChunkError("a line of the chunked coding is too long");
    if (end >= 0) {
      const line = this.#line;
      this.#line = NOTHING;
      if (line.length < 2 || line[line.length - 2] !== CR)
        throw new ChunkError("a line of the chunked coding does not end in CRLF");
      this.#lineDone(line.toString("latin1", 0, line.length - 2));
    }
    return rest.subarray(part.length);
  }

  #lineDone(line: string): void {
    if (this.#place === "data-end") {
      if (line !== "") throw new ChunkError("a chunk is longer than its size says");
      this.#place = "size";
    } else if (this.#place === "size") {
      const size = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
      if (size === undefined) throw new ChunkError("a chunk size is no hexadecimal number");
      this.#left = Number.parseInt(size, 16);
      this.#place = this.#left === 0 ? "trailer" : "data";
    } else if (line === "") this.#place = "done";
    else {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > LINE_LIMIT) throw new ChunkError("the trailers are too long");
    }
  }
}
