import type { RandomStream } from "../../chance/random.ts";
import type { Timekeeper } from "../../time/clock.ts";
import { type Duration, milliseconds } from "../../time/units.ts";
import { bodyChunks, bodyLength, streamBody } from "../body.ts";
import type { Body } from "../http.ts";
import { NetworkError } from "../network.ts";
import { Lane } from "./lane.ts";
import type { LinkConditions } from "./link-conditions.ts";
import { drawDelay } from "./link-fate.ts";
import { pause } from "./pause.ts";

/** From the stand-in, or to it. */
export type Direction = "up" | "down";

/** A line with its present conditions, its lanes and its chance. */
export class Line {
  readonly time: Timekeeper;
  readonly chance: RandomStream;
  /** Absent: perfect. */
  conditions: LinkConditions | undefined;
  readonly #lanes: Readonly<Record<Direction, Lane>> = { up: new Lane(), down: new Lane() };

  constructor(time: Timekeeper, chance: RandomStream, conditions: LinkConditions | undefined) {
    this.time = time;
    this.chance = chance;
    this.conditions = conditions;
  }

  get cut(): boolean {
    return this.conditions?.partition === true;
  }

  /** How long so many bytes take, with latency and jitter. */
  passage(direction: Direction, bytes: number): Duration {
    if (this.conditions === undefined) return milliseconds(0);
    return milliseconds(drawDelay(this.conditions, this.chance) + this.transfer(direction, bytes));
  }

  /** How long so many bytes take on their lane. */
  transfer(direction: Direction, bytes: number): Duration {
    if (this.conditions === undefined) return milliseconds(0);
    const rate = direction === "up" ? this.conditions.upBytesPerSecond : this.conditions.downBytesPerSecond;
    return this.#lanes[direction].take(bytes, rate, this.time.now());
  }

  /** Bytes of a body that have to pass before its receiver has it; streams take their time while they are read. */
  bytesOf(direction: Direction, body: Body): number {
    if (this.conditions === undefined || body.kind === "stream" || body.kind === "blob") return 0;
    const rate = direction === "up" ? this.conditions.upBytesPerSecond : this.conditions.downBytesPerSecond;
    return rate === Number.POSITIVE_INFINITY ? 0 : (bodyLength(body) ?? 0);
  }

  /** A stream or blob as it comes out of the line; other bodies as they are. */
  paced(direction: Direction, body: Body): Body {
    if (body.kind !== "stream" && body.kind !== "blob") return body;
    const rate = direction === "up" ? this.conditions?.upBytesPerSecond : this.conditions?.downBytesPerSecond;
    if (body.kind === "blob" && (rate === undefined || rate === Number.POSITIVE_INFINITY)) return body;
    return streamBody(this.#drip(direction, body), bodyLength(body));
  }

  async *#drip(direction: Direction, body: Body): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bodyChunks(body)) {
      await pause(this.time, this.transfer(direction, chunk.byteLength));
      if (this.cut) throw new NetworkError("reset", "The line was cut while a body was under way.", {});
      yield chunk;
    }
  }
}
