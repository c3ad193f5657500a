import type { Duration } from "../../time/units.ts";
import type { Address } from "../address.ts";
import type { ChannelHost, Protocol } from "../channel.ts";
import { DEFAULT_LISTENER_LIMITS } from "../limits.ts";
import type { AcceptOptions, Held, Listener } from "../network.ts";
import { SocketChannel, type SocketChannelHome } from "./socket-channel.ts";
import { resetLink, type SocketLink } from "./socket-link.ts";
import { SocketServer } from "./socket-server.ts";

/** A host of channels that listens on a socket. */
export class ChannelSocketListener<F> implements Listener, Held {
  readonly #home: SocketChannelHome & { nextId(): number };
  readonly #protocol: Protocol<F>;
  readonly #host: ChannelHost<F>;
  readonly #options: AcceptOptions;
  readonly #channels = new Set<Held>();
  #server: SocketServer | undefined;
  #address: Address;
  #open = true;

  private constructor(
    home: SocketChannelHome & { nextId(): number },
    at: Address,
    protocol: Protocol<F>,
    host: ChannelHost<F>,
    options: AcceptOptions,
  ) {
    this.#home = home;
    this.#address = at;
    this.#protocol = protocol;
    this.#host = host;
    this.#options = options;
  }

  static async open<F>(
    home: SocketChannelHome & { nextId(): number },
    at: Address,
    protocol: Protocol<F>,
    host: ChannelHost<F>,
    options: AcceptOptions,
  ): Promise<ChannelSocketListener<F>> {
    const listener = new ChannelSocketListener(home, at, protocol, host, options);
    const { server, address } = await SocketServer.open(at, {
      tls: options.tls,
      issue: home.keeper.issue,
      failed: (error, where) => home.keeper.failed(error, where),
      mode: options.mode,
      time: home.keeper.time,
      paths: home.keeper.dialler.paths,
      handshake: options.limits?.readTimeout ?? DEFAULT_LISTENER_LIMITS.readTimeout,
      connected: (link) => listener.#connected(link),
    });
    listener.#server = server;
    listener.#address = address;
    home.keeper.entered(listener);
    options.holder?.hold(listener);
    return listener;
  }

  get address(): Address {
    return this.#address;
  }

  close(_grace?: Duration): Promise<void> {
    this.#stop();
    this.#options.holder?.release(this);
    for (const channel of [...this.#channels]) channel.drop("closed");
    return Promise.resolve();
  }

  drop(reason: string): void {
    this.#stop();
    for (const channel of [...this.#channels]) channel.drop(reason);
  }

  #stop(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#server?.stop();
    this.#home.keeper.left(this);
  }

  #connected(link: SocketLink): void {
    const limit = this.#options.limits?.connections ?? DEFAULT_LISTENER_LIMITS.connections;
    if (!this.#open || this.#channels.size >= limit) {
      if (this.#open) this.#home.keeper.counts.refusals++;
      resetLink(link);
      return;
    }
    this.#home.keeper.counts.channels++;
    const channel = new SocketChannel(this.#home.nextId(), link, this.#protocol, {
      ...this.#home,
      holder: this.#options.holder,
      left: (gone) => this.#channels.delete(gone),
    });
    this.#channels.add(channel);
    void this.#welcome(channel);
  }

  async #welcome(channel: SocketChannel<F>): Promise<void> {
    try {
      channel.start(await this.#host.accept(channel));
    } catch {
      channel.close("refused"); // refusing by throwing is the host's way to say no
    }
  }
}
