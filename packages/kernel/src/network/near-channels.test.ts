import { expect, test } from "vitest";
import { VirtualTime } from "../time/virtual-time.ts";
import { tcp } from "./address.ts";
import type { Channel, ChannelEnd, Protocol } from "./channel.ts";
import { InProcessNetwork } from "./in-process/in-process-network.ts";
import { nearChannels } from "./near-channels.ts";

const protocol: Protocol<string> = {
  name: "words",
  encode: (frame) => Buffer.from(frame),
  decoder: () => ({ push: (chunk) => [Buffer.from(chunk).toString()] }),
};

class Listening implements ChannelEnd<string> {
  readonly heard: string[] = [];

  frame(_channel: Channel<string>, frame: string): void {
    this.heard.push(frame);
  }

  closed(_channel: Channel<string>, reason: string): void {
    this.heard.push(`closed: ${reason}`);
  }
}

/** `sockets` is played by another network of one process. */
function aStage() {
  const time = new VirtualTime();
  const [sockets, near] = [new InProcessNetwork(time), new InProcessNetwork(time)];
  return { sockets, near, network: nearChannels(sockets, near) };
}

test("a channel to a neighbour stays in the process; others come over sockets to the same host", async () => {
  const { sockets, near, network } = aStage();
  const end = new Listening();
  const listener = await network.accept(tcp("panorama", 0), protocol, { accept: () => end });
  const neighbour = await network.dial(listener.address, protocol, new Listening());
  const stranger = await sockets.dial(listener.address, protocol, new Listening());
  await neighbour.send("near");
  await stranger.send("far");
  expect([near.counts.channels, sockets.counts.channels]).toEqual([1, 1]);
  await expect.poll(() => end.heard).toEqual(["near", "far"]);
  await listener.close();
  await expect(network.dial(listener.address, protocol, new Listening())).rejects.toMatchObject({ code: "refused" });
});

test("a host elsewhere is reached over sockets", async () => {
  const { sockets, near, network } = aStage();
  const end = new Listening();
  await sockets.accept(tcp("elsewhere", 80), protocol, { accept: () => end });
  await (await network.dial(tcp("elsewhere", 80), protocol, new Listening())).send("hello");
  await expect.poll(() => end.heard).toEqual(["hello"]);
  expect(near.counts.channels).toBe(0);
});
