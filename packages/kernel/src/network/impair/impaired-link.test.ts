import { expect, test } from "vitest";
import { SeededRandom } from "../../chance/random.ts";
import { MemoryBlob } from "../../storage/memory-blob.ts";
import { milliseconds, seconds } from "../../time/units.ts";
import { VirtualTime } from "../../time/virtual-time.ts";
import { tcp, unix } from "../address.ts";
import { blobBody, readBytes, readText } from "../body.ts";
import { type HttpAnswer, text } from "../http.ts";
import { InProcessNetwork } from "../in-process/in-process-network.ts";
import { scopeNetwork } from "../scoped.ts";
import { answering, aReply, aRequest, KeepingEnd, lines } from "../testing/samples.ts";
import { ImpairedLink } from "./impaired-link.ts";
import { type LinkConditions, PERFECT_LINK } from "./link-conditions.ts";

const CLOUD = tcp("cloud", 80);
const HUB = tcp("cloud", 81);

/** A cloud on a perfect network, and a device behind a line. */
async function aLine(conditions: Partial<LinkConditions>, answer: HttpAnswer = aReply(text("hello"))) {
  const time = new VirtualTime();
  const network = new InProcessNetwork(time);
  const link = new ImpairedLink(network, time, new SeededRandom(7).stream("link"), conditions);
  const start = time.now();
  let asked = 0;
  await network.serve(
    CLOUD,
    answering(() => {
      asked++;
      return answer;
    }),
  );
  return {
    time,
    network,
    link,
    asked: () => asked,
    /** The outcome and the milliseconds it took. */
    async ask(
      parts: Parameters<typeof aRequest>[0] = {},
      options: Parameters<ImpairedLink["request"]>[2] = {},
    ): Promise<readonly [unknown, number]> {
      const began = time.now();
      let outcome: readonly [unknown, number] | undefined;
      link.request(CLOUD, aRequest(parts), options).then(
        async (reply) => {
          const said = reply.status === 200 ? (await readBytes(reply.body)).byteLength : reply.status;
          outcome = [said, time.now() - began];
        },
        (error: { code?: unknown }) => {
          outcome = [error.code, time.now() - began];
        },
      );
      await time.runFor(seconds(3_600), () => outcome !== undefined);
      return outcome ?? ["nothing", time.now() - start];
    },
  };
}

test("a perfect line takes no time and no chance", async () => {
  const line = await aLine({});
  expect(await line.ask()).toEqual([5, 0]);
  expect(line.link.conditions).toEqual(PERFECT_LINK);
  expect(line.time.pending).toBe(0);
});

test("latency is taken twice by an exchange, and counts against its timeout", async () => {
  const line = await aLine({ latency: milliseconds(40) });
  expect(await line.ask()).toEqual([5, 80]);
  expect(await line.ask({}, { timeout: milliseconds(79) })).toEqual(["timeout", 79]);
  expect(line.time.pending).toBeLessThanOrEqual(1);
});

test("jitter differs from exchange to exchange, and is the same with the same seed", async () => {
  const spans = async (): Promise<number[]> => {
    const line = await aLine({ latency: milliseconds(10), jitter: milliseconds(100) });
    const taken: number[] = [];
    for (let n = 0; n < 5; n++) taken.push((await line.ask())[1]);
    return taken;
  };
  const first = await spans();
  expect(new Set(first).size).toBeGreaterThan(1);
  expect(Math.min(...first)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...first)).toBeLessThanOrEqual(220);
  expect(await spans()).toEqual(first);
});

test("bandwidth: known bodies both ways, shared by what passes at the same time", async () => {
  const line = await aLine({ upBytesPerSecond: 1_000, downBytesPerSecond: 500 }, aReply(text("x".repeat(500))));
  expect(await line.ask({ method: "PUT", body: text("y".repeat(2_000)) })).toEqual([500, 3_000]);
  const both = Promise.all([line.link.request(CLOUD, aRequest()), line.link.request(CLOUD, aRequest())]);
  const began = line.time.now();
  let took = 0;
  void both.then(() => {
    took = line.time.now() - began;
  });
  await line.time.runFor(seconds(10));
  expect(took).toBe(2_000);
});

test("bandwidth: streams and blobs take their time while they are read", async () => {
  const line = await aLine(
    { downBytesPerSecond: 1_000_000 },
    aReply(blobBody(new MemoryBlob(new Uint8Array(3_000_000)))),
  );
  expect(await line.ask({}, { reply: "stream" })).toEqual([3_000_000, 3_000]);
  line.link.set({ upBytesPerSecond: 1_000 });
  const chunks = (async function* () {
    yield Buffer.alloc(1_500);
    yield Buffer.alloc(500);
  })();
  const network = line.network;
  await network.serve(
    tcp("cloud", 82),
    answering(async (request) => aReply(text(String((await readBytes(request.body)).byteLength)))),
  );
  const began = line.time.now();
  let got = "";
  void line.link
    .request(tcp("cloud", 82), aRequest({ method: "PUT", body: { kind: "stream", chunks } }))
    .then(async (reply) => {
      got = `${await readText(reply.body)} after ${line.time.now() - began}`;
    });
  await line.time.runFor(seconds(10));
  expect(got).toBe("2000 after 2000");
});

test("loss: the caller's timeout ends it; about half of the requests arrive all the same", async () => {
  const line = await aLine({ loss: 1 });
  for (let n = 0; n < 40; n++) expect(await line.ask({}, { timeout: seconds(3) })).toEqual(["timeout", 3_000]);
  expect(line.asked()).toBeGreaterThan(5);
  expect(line.asked()).toBeLessThan(35);
});

test("reset, hang, server errors and truncation", async () => {
  const line = await aLine({ reset: 1, latency: milliseconds(5) });
  expect((await line.ask())[0]).toBe("reset");
  line.link.set({ hang: 1 });
  const before = line.asked();
  expect(await line.ask({}, { timeout: seconds(9) })).toEqual(["timeout", 9_000]);
  expect(line.asked()).toBe(before + 1);
  line.link.set({ serverErrors: 1, serverErrorStatus: 502 });
  expect((await line.ask())[0]).toBe(502);
  expect(line.asked()).toBe(before + 1);
  line.link.set({ truncation: 1 });
  expect((await line.ask())[0]).toBe("closed");
  expect((await line.ask({}, { reply: "stream" }))[0]).toBe("closed");
  line.link.set({});
  expect((await line.ask())[0]).toBe(5);
});

test("changing one condition does not change the fate of others", async () => {
  const lost = async (also: Partial<LinkConditions>): Promise<number[]> => {
    const line = await aLine({ loss: 0.3, ...also });
    const which: number[] = [];
    for (let n = 0; n < 30; n++) if ((await line.ask({}, { timeout: seconds(1) }))[0] === "timeout") which.push(n);
    return which;
  };
  const alone = await lost({});
  expect(alone.length).toBeGreaterThan(3);
  expect(await lost({ serverErrors: 0.5, latency: milliseconds(3) })).toEqual(alone);
});

test("partition: exchanges run into their timeouts both ways, dials are unreachable, channels close at both ends", async () => {
  const line = await aLine({});
  const [hub, end] = [new KeepingEnd(), new KeepingEnd()];
  await line.network.accept(HUB, lines, { accept: () => hub });
  await line.link.serve(tcp("device", 80), answering(aReply()));
  const channel = await line.link.dial(HUB, lines, end);
  await channel.send("before");
  line.link.set({ partition: true });
  await line.time.settle();
  expect([hub.frames, hub.closings, end.closings, channel.open]).toEqual([
    ["before"],
    ["partition"],
    ["partition"],
    false,
  ]);
  expect(await line.ask({}, { timeout: seconds(4) })).toEqual(["timeout", 4_000]);
  expect(line.asked()).toBe(0);
  await expect(line.link.dial(HUB, lines, end)).rejects.toMatchObject({ code: "unreachable" });
  const inward = line.network
    .request(tcp("device", 80), aRequest(), { timeout: seconds(2) })
    .catch((error: { code?: unknown }) => error.code);
  await line.time.runFor(seconds(3));
  expect(await inward).toBe("timeout");
  line.link.set({});
  expect((await line.ask())[0]).toBe(5);
  expect((await line.network.request(tcp("device", 80), aRequest())).status).toBe(200);
});

test("frames: latency and jitter keep their order, several are under way at once, the close comes last", async () => {
  const line = await aLine({ latency: milliseconds(100), jitter: milliseconds(50) });
  const hub = new KeepingEnd();
  const arrivals: number[] = [];
  hub.onFrame = () => void arrivals.push(line.time.now());
  await line.network.accept(HUB, lines, { accept: () => hub });
  const dialled = line.link.dial(HUB, lines, new KeepingEnd());
  await line.time.runFor(seconds(1));
  const channel = await dialled;
  const began = line.time.now();
  for (let n = 0; n < 10; n++) await channel.send(`${n}`);
  channel.close("bye");
  await line.time.runFor(seconds(1));
  expect(hub.frames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  expect(hub.closings).toEqual(["bye"]);
  expect(Math.min(...arrivals) - began).toBeGreaterThanOrEqual(100);
  expect(Math.max(...arrivals) - began).toBeLessThanOrEqual(150);
});

test("frames: lost ones are lost silently, bandwidth paces the rest, both ways", async () => {
  const line = await aLine({});
  const [hub, end] = [new KeepingEnd(), new KeepingEnd()];
  const accepted: { send(frame: string): Promise<void> }[] = [];
  await line.network.accept(HUB, lines, {
    accept: (channel) => {
      accepted.push(channel);
      return hub;
    },
  });
  const channel = await line.link.dial(HUB, lines, end);
  line.link.set({ loss: 1 });
  await channel.send("lost");
  await accepted[0]?.send("lost");
  await line.time.runFor(seconds(1));
  expect([hub.frames, end.frames]).toEqual([[], []]);
  line.link.set({ upBytesPerSecond: 100, downBytesPerSecond: 50 });
  await channel.send("x".repeat(99));
  await channel.send("y".repeat(99));
  await accepted[0]?.send("z".repeat(99));
  await line.time.runFor(milliseconds(1_999));
  expect([hub.frames.length, end.frames.length]).toEqual([1, 0]);
  await line.time.runFor(milliseconds(1));
  expect([hub.frames.length, end.frames.length]).toEqual([2, 1]);
});

test("frames: a sender who waits is slowed down to what the line takes", async () => {
  const line = await aLine({ upBytesPerSecond: 1_000 });
  const hub = new KeepingEnd();
  await line.network.accept(HUB, lines, { accept: () => hub });
  const channel = await line.link.dial(HUB, lines, new KeepingEnd());
  let sent = 0;
  const sending = (async () => {
    for (; sent < 200; sent++) await channel.send("x".repeat(99));
  })();
  await line.time.settle();
  expect(sent).toBeLessThan(100);
  await line.time.runFor(seconds(30));
  await sending;
  expect(hub.frames.length).toBe(200);
});

test("power: what was under way for the dead stand-in never arrives", async () => {
  const line = await aLine({ latency: milliseconds(100) });
  const hub = new KeepingEnd();
  const hubChannels: { send(frame: string): Promise<void> }[] = [];
  await line.network.accept(HUB, lines, {
    accept: (channel) => {
      hubChannels.push(channel);
      return hub;
    },
  });
  const device = scopeNetwork(line.link, { caller: "device-1" });
  const end = new KeepingEnd();
  const dialled = device.network.dial(HUB, lines, end);
  await line.time.runFor(seconds(1));
  await dialled;
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  device.network.request(CLOUD, aRequest()).then(settle, settle);
  await hubChannels[0]?.send("for the dead");
  await line.time.runFor(milliseconds(50));
  device.kill("power");
  await line.time.runFor(seconds(60));
  expect([settled, end.frames, end.closings, hub.closings]).toEqual([false, [], [], ["power"]]);
  expect(line.time.pending).toBe(0);
});

test("a stand-in's own sockets are not on its line", async () => {
  const line = await aLine({ partition: true });
  await line.link.serve(unix("/run/pv-ctrl"), answering(aReply()));
  expect((await line.link.request(unix("/run/pv-ctrl"), aRequest())).status).toBe(200);
});

test("conditions out of range are refused", () => {
  const network = new InProcessNetwork(new VirtualTime());
  const time = new VirtualTime();
  for (const bad of [
    { loss: 1.1 },
    { reset: Number.NaN },
    { latency: milliseconds(-1) },
    { upBytesPerSecond: 0 },
    { serverErrorStatus: 200 },
  ]) {
    expect(() => new ImpairedLink(network, time, new SeededRandom(1).stream("x"), bad)).toThrow(
      expect.objectContaining({ code: "bad-option" }),
    );
  }
});
