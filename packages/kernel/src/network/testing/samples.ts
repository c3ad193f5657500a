import type { Channel, ChannelEnd, Protocol } from "../channel.ts";
import {
  type Body,
  EMPTY_BODY,
  type Headers,
  type HttpAnswer,
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
  type ReceivedRequest,
} from "../http.ts";

/** A request with defaults for all that a test does not care about. */
export const aRequest = (parts: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  target: "/",
  version: "1.1",
  headers: [["Host", "stage"]],
  body: EMPTY_BODY,
  ...parts,
});

export const aReply = (body: Body = EMPTY_BODY, headers: Headers = [], status = 200): HttpReply => ({
  status,
  headers,
  body,
});

export const answering = (
  answer: HttpAnswer | ((request: ReceivedRequest) => HttpAnswer | Promise<HttpAnswer>),
): HttpHandler => ({
  handle: typeof answer === "function" ? answer : () => answer,
});

/** A promise that is settled from outside. */
export function aGate<T = void>(): { readonly promise: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open: (value) => open(value) };
}

/** Lines of text. */
export const lines: Protocol<string> = {
  name: "lines",
  encode: (frame) => Buffer.from(`${frame}\n`),
  decoder: () => {
    let rest = "";
    return {
      push: (chunk) => {
        const parts = (rest + Buffer.from(chunk).toString()).split("\n");
        rest = parts.pop() ?? "";
        if (parts.includes("?")) throw Object.assign(new Error("a line that is no line"), { code: "malformed" });
        return parts;
      },
    };
  },
};

/** An end that keeps what it gets. */
export class KeepingEnd implements ChannelEnd<string> {
  readonly frames: string[] = [];
  readonly closings: string[] = [];
  readonly #waiting: (() => void)[] = [];
  onFrame: (channel: Channel<string>, frame: string) => void | Promise<void> = () => undefined;

  frame(channel: Channel<string>, frame: string): void | Promise<void> {
    this.frames.push(frame);
    this.#wakeUp();
    return this.onFrame(channel, frame);
  }

  closed(_: Channel<string>, reason: string): void {
    this.closings.push(reason);
    this.#wakeUp();
  }

  /** Resolves when the condition holds after a frame or a close. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wakeUp(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** A body of `size` bytes that counts what was taken of it. */
export function countedStream(size: number, chunk = 64 * 1024): { readonly body: Body; readonly taken: () => number } {
  let taken = 0;
  async function* make(): AsyncGenerator<Uint8Array, void, undefined> {
    while (taken < size) {
      const piece = Buffer.alloc(Math.min(chunk, size - taken), (taken / chunk) % 251);
      taken += piece.byteLength;
      yield piece;
    }
  }
  return { body: { kind: "stream", chunks: make(), length: size }, taken: () => taken };
}

/** Waits until something has stopped changing, as far as the event loop can tell. */
export async function untilStill(value: () => number): Promise<number> {
  let last = -1;
  for (let still = 0; still < 300; still++) {
    if (value() !== last) still = 0;
    last = value();
    await new Promise<void>(setImmediate);
  }
  return last;
}

/** Waits, turn by turn of the event loop, until the condition holds. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 200_000) throw new Error("it never came about");
    await new Promise<void>(setImmediate);
  }
}
