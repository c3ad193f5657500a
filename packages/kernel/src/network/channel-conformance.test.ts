import { beforeAll, describe, expect, test } from "vitest";
import { seconds } from "../time/units.ts";
import type { Address } from "./address.ts";
import type { Channel, ChannelEnd } from "./channel.ts";
import type { Listener, Network } from "./network.ts";
import { scopeNetwork } from "./scoped.ts";
import { aGate, answering, aReply, eventually, KeepingEnd, lines } from "./testing/samples.ts";
import { makeIdentities, openStage, STAGES, type Stage, type StageName } from "./testing/stages.ts";

let identities: Awaited<ReturnType<typeof makeIdentities>>;
beforeAll(async () => {
  identities = await makeIdentities();
});

interface Hub extends Stage {
  readonly at: Address;
  readonly listener: Listener;
  /** The host's ends, in the order of the dials. */
  readonly ends: KeepingEnd[];
  readonly channels: Channel<string>[];
  dial(end: ChannelEnd<string>, from?: Network): Promise<Channel<string>>;
  /** The host's end of the nth channel, when it is there. */
  hostEnd(index: number): Promise<KeepingEnd>;
}

async function aHub(
  name: StageName,
  accept?: (channel: Channel<string>) => ChannelEnd<string> | Promise<ChannelEnd<string>>,
  serveOn?: (network: Network) => Network,
): Promise<Hub> {
  const stage = openStage(name, identities);
  const ends: KeepingEnd[] = [];
  const channels: Channel<string>[] = [];
  const host = {
    accept:
      accept ??
      ((channel: Channel<string>) => {
        const end = new KeepingEnd();
        channels.push(channel);
        ends.push(end);
        return end;
      }),
  };
  const serving = serveOn?.(stage.network) ?? stage.network;
  const listener = await serving.accept(
    stage.address(),
    lines,
    host,
    stage.serverTls === undefined ? {} : { tls: stage.serverTls },
  );
  return {
    ...stage,
    at: listener.address,
    listener,
    ends,
    channels,
    dial: (end, from) =>
      (from ?? stage.network).dial(
        listener.address,
        lines,
        end,
        stage.deviceTls === undefined ? {} : { tls: stage.deviceTls },
      ),
    hostEnd: async (index) => {
      await eventually(() => ends[index] !== undefined);
      const end = ends[index];
      if (end === undefined) throw new Error("no such end");
      return end;
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

const codeOf = (thrown: unknown): unknown => (thrown as { code?: unknown }).code;

describe.each(STAGES)("channels: %s", (name) => {
  /** Unix sockets carry no reason; TCP does where both ends are in one process. */
  const told = (reason: string): string => (name === "Unix sockets" ? "closed" : reason);

  test("frames go both ways in order, and the channel closes once, after what was sent", async () => {
    await using hub = await aHub(name);
    const end = new KeepingEnd();
    const channel = await hub.dial(end);
    for (let n = 0; n < 500; n++) await channel.send(`up ${n}`);
    const hostEnd = await hub.hostEnd(0);
    await hostEnd.until(() => hostEnd.frames.length === 500);
    await hub.channels[0]?.send("down 1");
    await hub.channels[0]?.send("down 2");
    await end.until(() => end.frames.length === 2);
    await channel.send("last");
    channel.close("bye");
    await hostEnd.until(() => hostEnd.closings.length > 0);
    expect(hostEnd.frames).toEqual([...Array.from({ length: 500 }, (_, n) => `up ${n}`), "last"]);
    expect(end.frames).toEqual(["down 1", "down 2"]);
    expect(hostEnd.closings).toEqual([told("bye")]);
    expect(end.closings).toEqual([]);
    expect([channel.open, hub.channels[0]?.open]).toEqual([false, false]);
    await expect(channel.send("more")).rejects.toMatchObject({ code: "closed" });
    await expect(hub.channels[0]?.send("more")).rejects.toMatchObject({ code: "closed" });
  });

  test("frames are handed over one at a time", async () => {
    await using hub = await aHub(name);
    const channel = await hub.dial(new KeepingEnd());
    const end = await hub.hostEnd(0);
    const gate = aGate();
    end.onFrame = () => gate.promise;
    for (const frame of ["a", "b", "c"]) await channel.send(frame);
    await end.until(() => end.frames.length === 1);
    for (let turn = 0; turn < 20; turn++) await new Promise<void>(setImmediate);
    expect(end.frames).toEqual(["a"]);
    channel.close();
    gate.open();
    await end.until(() => end.closings.length === 1);
    expect(end.frames).toEqual(["a", "b", "c"]);
  });

  test("a slow reader stops a sender who waits", async () => {
    await using hub = await aHub(name);
    const channel = await hub.dial(new KeepingEnd());
    const end = await hub.hostEnd(0);
    const gate = aGate();
    end.onFrame = () => gate.promise;
    let sent = 0;
    const sending = (async () => {
      for (; sent < 2_000; sent++) await channel.send("x".repeat(32 * 1024));
    })();
    let before = -1;
    for (let still = 0; still < 300; still++) {
      if (before !== sent) still = 0;
      before = sent;
      await new Promise<void>(setImmediate);
    }
    expect(sent).toBeLessThan(1_500);
    gate.open();
    await sending;
    await end.until(() => end.frames.length === 2_000);
  });

  test("a host may take its time, send first, and refuse", async () => {
    const gate = aGate();
    let dials = 0;
    const hostEnd = new KeepingEnd();
    await using hub = await aHub(name, async (channel) => {
      if (++dials > 1) throw new Error("full");
      await channel.send("hello");
      await gate.promise;
      return hostEnd;
    });
    const end = new KeepingEnd();
    const channel = await hub.dial(end);
    await end.until(() => end.frames.length === 1);
    await channel.send("early");
    gate.open();
    await hostEnd.until(() => hostEnd.frames.length === 1);
    const refusedEnd = new KeepingEnd();
    await hub.dial(refusedEnd);
    await refusedEnd.until(() => refusedEnd.closings.length === 1);
    expect(refusedEnd.closings).toEqual([told("refused")]);
  });

  test("a closed listener closes its channels and refuses new ones", async () => {
    await using hub = await aHub(name);
    const end = new KeepingEnd();
    await hub.dial(end);
    await hub.hostEnd(0);
    await hub.listener.close();
    await end.until(() => end.closings.length === 1);
    expect(end.closings).toEqual(["closed"]);
    expect(await hub.dial(new KeepingEnd()).then(() => "dialled", codeOf)).toBe("refused");
  });

  test("an end that fails closes the channel, and is reported", async () => {
    await using hub = await aHub(name);
    const dialled = new KeepingEnd();
    const channel = await hub.dial(dialled);
    const end = await hub.hostEnd(0);
    end.onFrame = async () => {
      throw new Error("cannot");
    };
    await channel.send("x");
    await dialled.until(() => dialled.closings.length === 1);
    expect(dialled.closings).toEqual([told("failed")]);
    expect(hub.failures).toMatchObject([{ message: "cannot" }]);
  });

  test("power: the other ends see it, the dead end is not called again", async () => {
    const host: { kill(reason: string): void }[] = [];
    await using hub = await aHub(name, undefined, (network) => {
      const scoped = scopeNetwork(network, { caller: "host" });
      host.push(scoped);
      return scoped.network;
    });
    const device = scopeNetwork(hub.network, { caller: "device-1" });
    const [first, second] = [new KeepingEnd(), new KeepingEnd()];
    const channel = await hub.dial(first, device.network);
    await hub.dial(second);
    const [ofFirst, ofSecond] = [await hub.hostEnd(0), await hub.hostEnd(1)];
    device.kill("power");
    await ofFirst.until(() => ofFirst.closings.length === 1);
    expect(ofFirst.closings).toEqual([told("power")]);
    expect(ofSecond.closings).toEqual([]);
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    channel.send("x").then(settle, settle);
    host[0]?.kill("power");
    await second.until(() => second.closings.length === 1);
    expect(second.closings).toEqual([told("power")]);
    await hub.time.runFor(seconds(60));
    expect([settled, first.closings, ofSecond.closings]).toEqual([false, [], []]);
    expect(await hub.dial(new KeepingEnd()).then(() => "dialled", codeOf)).toBe("refused");
  });

  test("what an end knows of the other", async () => {
    await using hub = await aHub(name);
    const device = scopeNetwork(hub.network, { caller: "device-1" });
    const channel = await hub.dial(new KeepingEnd(), device.network);
    await hub.hostEnd(0);
    const remote = { "in process": "device-1", TCP: "127.0.0.1", TLS: "127.0.0.1", "Unix sockets": "unix" }[name];
    expect(hub.channels[0]).toMatchObject({ remote, secure: name === "TLS" });
    expect(hub.channels[0]?.clientCertificate?.trim()).toBe(
      name === "TLS" ? identities.device.certificate?.trim() : undefined,
    );
    expect(channel.open).toBe(true);
  });
});

describe.each(["TCP", "Unix sockets"] as const)("channels on bytes: %s", (name) => {
  test("malformed bytes close both ends", async () => {
    await using hub = await aHub(name);
    const end = new KeepingEnd();
    const channel = await hub.dial(end);
    await channel.send("fine");
    await channel.send("?");
    const hostEnd = await hub.hostEnd(0);
    await hostEnd.until(() => hostEnd.closings.length === 1);
    expect(hostEnd.closings).toEqual(["malformed"]);
    await end.until(() => end.closings.length === 1);
  });

  test("nobody there: refused; an HTTP server there: closed", async () => {
    await using stage = openStage(name, identities);
    const listener = await stage.network.serve(stage.address(), answering(aReply()));
    await listener.close();
    expect(await stage.network.dial(listener.address, lines, new KeepingEnd()).then(() => "dialled", codeOf)).toBe(
      "refused",
    );
  });
});
