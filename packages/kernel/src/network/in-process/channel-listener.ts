import type { Duration } from "../../time/units.ts";
import type { Address } from "../address.ts";
import type { ChannelHost } from "../channel.ts";
import type { AcceptOptions, Held, Listener } from "../network.ts";
import type { ListenerHome } from "./http-listener.ts";

/** A host of channels that listens in one process. */
export class ChannelListener implements Listener, Held {
  readonly kind = "channel";
  readonly address: Address;
  readonly host: ChannelHost<unknown>;
  readonly options: AcceptOptions;
  readonly #home: Pick<ListenerHome<ChannelListener>, "forget">;
  readonly #channels = new Set<Held>();

  constructor(
    home: Pick<ListenerHome<ChannelListener>, "forget">,
    address: Address,
    host: ChannelHost<unknown>,
    options: AcceptOptions,
  ) {
    this.#home = home;
    this.address = address;
    this.host = host;
    this.options = options;
    options.holder?.hold(this);
  }

  entered(channel: Held): void {
    this.#channels.add(channel);
  }

  left(channel: Held): void {
    this.#channels.delete(channel);
  }

  close(_grace?: Duration): Promise<void> {
    this.options.holder?.release(this);
    this.drop("closed");
    return Promise.resolve();
  }

  drop(reason: string): void {
    this.#home.forget(this);
    for (const channel of [...this.#channels]) channel.drop(reason);
  }
}
