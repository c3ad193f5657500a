import { expect, test } from "vitest";
import type { Due, Ticket, Timekeeper } from "../../time/clock.ts";
import { type Instant, instant, milliseconds } from "../../time/units.ts";
import { tcp, unix } from "../address.ts";
import type { Channel, Protocol } from "../channel.ts";
import { EMPTY_BODY, type HttpRequest, header, json } from "../http.ts";
import { scopeNetwork } from "../scoped.ts";
import { InProcessNetwork } from "./in-process-network.ts";

/** Time that moves when told to. */
class HandTime implements Timekeeper {
  readonly kind = "virtual";
  #now = 0;
  #last = 0;
  readonly #waiting = new Map<number, { at: Instant; target: Due; token: number | string }>();
  now(): Instant {
    return instant(this.#now);
  }
  schedule(at: Instant, target: Due, token: number | string): Ticket {
    this.#waiting.set(++this.#last, { at, target, token });
    return this.#last as Ticket;
  }
  cancel(ticket: Ticket): void {
    this.#waiting.delete(ticket);
  }
  dueOf(ticket: Ticket): Instant | undefined {
    return this.#waiting.get(ticket)?.at;
  }
  outside<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
  get pending(): number {
    return this.#waiting.size;
  }
  pass(ms: number): void {
    this.#now += ms;
    for (const [id, task] of [...this.#waiting]) {
      if (task.at > this.#now) continue;
      this.#waiting.delete(id);
      task.target.due(task.token);
    }
  }
}

const get = (target: string): HttpRequest => ({ method: "GET", target, version: "1.1", headers: [], body: EMPTY_BODY });
const plain: Protocol<string> = {
  name: "plain",
  encode: (frame) => Buffer.from(frame),
  decoder: () => ({ push: (chunk) => [Buffer.from(chunk).toString()] }),
};
const drain = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

test("a handler that answers at once needs no timer", async () => {
  const time = new HandTime();
  const network = new InProcessNetwork(time);
  const value = { a: 1 };
  await network.serve(tcp("localhost", 80), {
    handle: () => ({ status: 200, headers: [["X-A", "1"]], body: json(value) }),
  });
  const reply = await network.request(tcp("127.0.0.1", 80), get("/"));
  expect(header(reply.headers, "x-a")).toBe("1");
  expect(reply.body).toEqual({ kind: "json", value });
  expect(time.pending).toBe(0);
});

test("a handler that never answers ends in a timeout, and is told that the client went away", async () => {
  const time = new HandTime();
  const network = new InProcessNetwork(time);
  let gone = false;
  await network.serve(tcp("localhost", 80), {
    handle: (request) => {
      request.via.signal?.addEventListener("abort", () => {
        gone = true;
      });
      return new Promise(() => undefined);
    },
  });
  const answer = network
    .request(tcp("localhost", 80), get("/"), { timeout: milliseconds(50) })
    .catch((error: unknown) => error);
  time.pass(50);
  expect(await answer).toMatchObject({ code: "timeout" });
  expect(gone).toBe(true);
  expect(time.pending).toBe(0);
});

test("free ports are given in order, and a taken one is refused", async () => {
  const network = new InProcessNetwork(new HandTime());
  const handler = { handle: () => ({ status: 200, headers: [], body: EMPTY_BODY }) };
  const first = await network.serve(tcp("0.0.0.0", 0), handler);
  const second = await network.serve(tcp("localhost", 0), handler);
  expect([first.address, second.address]).toEqual([tcp("0.0.0.0", 49152), tcp("localhost", 49153)]);
  await expect(network.serve(tcp("10.0.0.1", 49152), handler)).rejects.toMatchObject({ code: "in-use" });
  await first.close();
  await expect(network.request(tcp("10.0.0.1", 49152), get("/"))).rejects.toMatchObject({ code: "refused" });
});

test("a stand-in that loses power resets its clients, silences its requests and closes its channels", async () => {
  const time = new HandTime();
  const network = new InProcessNetwork(time);
  const device = scopeNetwork(network, {
    caller: "device-1",
    resolve: (at) => (at.kind === "unix" ? unix(`/run/device-1/${at.path}`) : at),
  });
  const cloud = scopeNetwork(network, { caller: "cloud" });
  const callers: (string | undefined)[] = [];
  await cloud.network.serve(tcp("cloud", 80), {
    handle: (request) => {
      callers.push(request.via.caller);
      return new Promise(() => undefined);
    },
  });
  await device.network.serve(unix("pv-ctrl"), { handle: () => new Promise(() => undefined) });
  const closings: string[] = [];
  const end = { frame: () => undefined, closed: (_: Channel<string>, reason: string) => void closings.push(reason) };
  await cloud.network.accept(tcp("cloud", 81), plain, { accept: () => end });
  await device.network.dial(tcp("cloud", 81), plain, end);

  let settled = false;
  const finish = () => {
    settled = true;
  };
  device.network.request(tcp("cloud", 80), get("/")).then(finish, finish);
  const inward = network.request(unix("/run/device-1/pv-ctrl"), get("/")).catch((error: unknown) => error);
  device.kill("power");
  expect(await inward).toMatchObject({ code: "reset" });
  await drain();
  time.pass(100_000);
  await drain();
  expect(settled).toBe(false);
  expect(closings).toEqual(["power"]);
  expect(callers).toEqual(["device-1"]);
  await expect(network.request(unix("/run/device-1/pv-ctrl"), get("/"))).rejects.toMatchObject({ code: "refused" });
  expect(time.pending).toBe(0);
});

test("frames come in order, one at a time, and the channel closes once", async () => {
  const network = new InProcessNetwork(new HandTime());
  const seen: string[] = [];
  let finish: () => void = () => undefined;
  await network.accept(tcp("hub", 1), plain, {
    accept: () => ({
      frame: (_, frame) => {
        seen.push(frame);
        if (frame !== "one") return undefined;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      closed: (_, reason) => void seen.push(`closed ${reason}`),
    }),
  });
  const channel = await network.dial(tcp("hub", 1), plain, { frame: () => undefined, closed: () => undefined });
  await channel.send("one");
  await channel.send("two");
  channel.close("bye");
  await drain();
  expect(seen).toEqual(["one"]);
  finish();
  await drain();
  expect(seen).toEqual(["one", "two", "closed bye"]);
  await expect(channel.send("three")).rejects.toMatchObject({ code: "closed" });
});
