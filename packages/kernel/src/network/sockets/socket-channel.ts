import { seconds } from "../../time/units.ts";
import type { Channel, ChannelEnd, Protocol } from "../channel.ts";
import { CHANNEL_QUEUE_FRAMES } from "../limits.ts";
import type { Held, Holder } from "../network.ts";
import { channelClosed } from "../network-errors.ts";
import { Deadline } from "./deadline.ts";
import { drained } from "./http1/reply-writer.ts";
import type { ListenerKeeper } from "./listener-keeper.ts";
import { codeOf } from "./socket-errors.ts";
import { resetLink, type SocketLink } from "./socket-link.ts";

/** What a channel on a socket needs. */
export interface SocketChannelHome {
  readonly keeper: ListenerKeeper;
  readonly holder?: Holder | undefined;
  /** Called once, when the channel is no longer open. */
  readonly left?: ((channel: Held) => void) | undefined;
}

/** Bytes that may wait to be sent for a sender who does not wait; beyond, the channel is closed with reason `overflow`. */
const UNSENT_LIMIT = 64 * 1024 * 1024;
/** How long the other end may take to close its side too. */
const LINGER = seconds(2);
const DONE = Promise.resolve();

/** One end of a channel on a socket. */
export class SocketChannel<F> implements Channel<F>, Held {
  readonly id: number;
  readonly remote: string;
  readonly secure: boolean;
  readonly clientCertificate?: string;
  readonly #link: SocketLink;
  readonly #protocol: Protocol<F>;
  readonly #decoder: { push(chunk: Uint8Array): F[] };
  readonly #home: SocketChannelHome;
  #end: ChannelEnd<F> | undefined;
  /** `closing`: no more comes in; what came before is still handed over. */
  #state: "open" | "closing" | "closed" = "open";
  #reason: string | undefined;
  #frames: F[] = [];
  #busy = false;

  constructor(id: number, link: SocketLink, protocol: Protocol<F>, home: SocketChannelHome) {
    this.id = id;
    this.#link = link;
    this.remote = link.remote;
    this.secure = link.secure;
    if (link.clientCertificate !== undefined) this.clientCertificate = link.clientCertificate;
    this.#protocol = protocol;
    this.#decoder = protocol.decoder();
    this.#home = home;
    home.holder?.hold(this);
    home.keeper.directory.enter(link, this);
    const { socket } = link;
    let failure = "closed";
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("error", (error) => {
      failure = codeOf(error) === "" ? "closed" : "reset";
    });
    socket.on("end", () => this.#lost("closed"));
    socket.on("close", () => this.#lost(failure));
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** What comes in is handed to `end` from now on. */
  start(end: ChannelEnd<F>): void {
    this.#end = end;
    this.#step();
  }

  send(frame: F): Promise<void> {
    if (this.#home.holder?.dead === true) return new Promise(() => undefined);
    const { socket } = this.#link;
    if (this.#state !== "open" || !socket.writable) return Promise.reject(channelClosed(this.remote));
    try {
      this.#home.keeper.counts.frames++;
      if (socket.write(this.#protocol.encode(frame))) return DONE;
    } catch (error) {
      return Promise.reject(error);
    }
    if (socket.writableLength > UNSENT_LIMIT) this.close("overflow");
    return drained(socket).then(() => {
      if (this.#home.holder?.dead === true) return new Promise<void>(() => undefined);
      if (this.#state === "open" && !socket.destroyed) return undefined;
      throw channelClosed(this.remote);
    });
  }

  close(reason = "closed"): void {
    if (this.#state === "closed") return;
    this.#home.keeper.directory.tell(this.#link, reason);
    this.#shut();
    const { socket } = this.#link;
    socket.end();
    socket.resume();
    const deadline = new Deadline(this.#home.keeper.time, () => socket.destroy());
    deadline.set(LINGER);
    socket.once("close", () => deadline.dispose());
  }

  drop(reason: string): void {
    if (this.#state === "closed") return;
    this.#home.keeper.directory.tell(this.#link, reason);
    this.#shut();
    resetLink(this.#link);
  }

  /** The other end is in this process, and says why it will close. */
  foretold(reason: string): void {
    this.#reason ??= reason;
  }

  #data(chunk: Buffer): void {
    if (this.#state !== "open") return;
    try {
      for (const frame of this.#decoder.push(chunk)) this.#frames.push(frame);
    } catch (error) {
      this.#home.keeper.directory.tell(this.#link, "malformed");
      this.#reason = "malformed";
      this.#link.socket.end();
      this.#lost("malformed");
      if (codeOf(error) !== "malformed") this.#home.keeper.failed(error, `decoder of ${this.#protocol.name}`);
      return;
    }
    this.#step();
    if (this.#frames.length > CHANNEL_QUEUE_FRAMES) this.#link.socket.pause();
  }

  /** Hands over frame by frame, as long as the end takes them at once. */
  #step(): void {
    const end = this.#end;
    while (end !== undefined && !this.#busy && this.#state !== "closed") {
      let result: void | Promise<void>;
      try {
        const frame = this.#frames.shift();
        if (frame !== undefined) result = end.frame(this, frame);
        else if (this.#state === "closing") {
          this.#shut();
          result = end.closed(this, this.#reason ?? "closed");
        } else break;
      } catch (error) {
        this.#failed(error);
        return;
      }
      if (result instanceof Promise) {
        this.#busy = true;
        result.then(
          () => {
            this.#busy = false;
            this.#step();
          },
          (error) => this.#failed(error),
        );
      }
    }
    const { socket } = this.#link;
    if (this.#frames.length <= CHANNEL_QUEUE_FRAMES / 2 && socket.isPaused() && !socket.destroyed) socket.resume();
  }

  #lost(reason: string): void {
    if (this.#state !== "open") return;
    this.#reason ??= reason;
    this.#state = "closing";
    this.#leave();
    this.#step();
  }

  /** Nothing is handed over any more. */
  #shut(): void {
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#frames = [];
    if (wasOpen) this.#leave();
  }

  #leave(): void {
    this.#home.holder?.release(this);
    this.#home.keeper.directory.leave(this.#link);
    this.#home.left?.(this);
  }

  #failed(error: unknown): void {
    this.#busy = false;
    this.#home.keeper.failed(error, `end of a ${this.#protocol.name} channel`);
    this.close("failed");
  }
}
