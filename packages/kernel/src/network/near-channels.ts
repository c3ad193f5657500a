import type { Address } from "./address.ts";
import type { Channel, ChannelEnd, ChannelHost, Protocol } from "./channel.ts";
import { type AcceptOptions, type DialOptions, type Listener, type Network, NetworkError } from "./network.ts";

/**
 * A network whose channels between two ends of this process stay in it and cost no sockets; requests, and channels to others, go
 * over `sockets`. Whoever accepts channels can be dialled from both.
 */
export const nearChannels = (sockets: Network, near: Network): Network => ({
  request: (to, request, options) => sockets.request(to, request, options),
  serve: (at, handler, options) => sockets.serve(at, handler, options),
  dial: (to, protocol, end, options) => dial(sockets, near, to, protocol, end, options),
  accept: (at, protocol, host, options) => accept(sockets, near, at, protocol, host, options),
});

async function dial<F>(
  sockets: Network,
  near: Network,
  to: Address,
  protocol: Protocol<F>,
  end: ChannelEnd<F>,
  options?: DialOptions,
): Promise<Channel<F>> {
  try {
    return await near.dial(to, protocol, end, options);
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== "refused") throw error;
    return await sockets.dial(to, protocol, end, options);
  }
}

/** Listens on the sockets first: they say which port it is. */
async function accept<F>(
  sockets: Network,
  near: Network,
  at: Address,
  protocol: Protocol<F>,
  host: ChannelHost<F>,
  options?: AcceptOptions,
): Promise<Listener> {
  const far = await sockets.accept(at, protocol, host, options);
  const here = await near.accept(far.address, protocol, host, options);
  return {
    address: far.address,
    close: async (grace) => {
      await Promise.all([far.close(grace), here.close(grace)]);
    },
  };
}
