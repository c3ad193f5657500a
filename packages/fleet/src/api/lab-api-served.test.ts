import {
  bodyChunks,
  type HttpRequest,
  InProcessNetwork,
  type Listener,
  type Network,
  RealTime,
  type Timekeeper,
  tcp,
  VirtualTime,
} from "@understudy/kernel";
import { SocketNetwork } from "@understudy/kernel/live";
import { expect, test } from "vitest";
import { LabClient } from "./client.ts";
import { EventTextReader } from "./event-text.ts";
import { ADevice, ALab } from "./fixtures/a-lab.ts";
import { createLabApi } from "./lab-api.ts";

interface Served extends AsyncDisposable {
  readonly lab: ALab<Timekeeper>;
  readonly network: Network;
  readonly listener: Listener;
  readonly closing: AbortController;
}

const a = (method: string, target: string, body: HttpRequest["body"] = { kind: "empty" }): HttpRequest => ({
  method,
  target,
  version: "1.1",
  headers: [["Host", "localhost"]],
  body,
});

const WAYS = ["in one process", "over sockets"] as const;

async function served(way: (typeof WAYS)[number]): Promise<Served> {
  const time = way === "over sockets" ? new RealTime() : new VirtualTime();
  const network = time.kind === "real" ? new SocketNetwork(time) : new InProcessNetwork(time);
  const lab = new ALab([new ADevice("lamp-1", { place: "Hall" }, { place: "Attic" })], { ring: 100, time });
  const closing = new AbortController();
  const listener = await network.serve(tcp("127.0.0.1", 0), createLabApi(lab, { signal: closing.signal }));
  const end = async (): Promise<void> => {
    await network[Symbol.asyncDispose]();
    if (time.kind === "real") time[Symbol.dispose]();
  };
  return { lab, network, listener, closing, [Symbol.asyncDispose]: end };
}

test.each(WAYS)("%s: a script looks at a device and cuts its power", async (way) => {
  await using site = await served(way);
  const asked = await site.network.request(site.listener.address, a("GET", "/ledger"));
  expect(asked.status).toBe(200);
  const cut = { kind: "json", value: { power: "cut" } } as const;
  expect((await site.network.request(site.listener.address, a("POST", "/devices/lamp-1/power", cut))).status).toBe(200);
  expect(site.lab.acts).toEqual([{ id: "lamp-1", power: "cut" }]);
  const empty = await site.network.request(site.listener.address, a("POST", "/devices/lamp-1/power"));
  expect(empty.status).toBe(400);
});

test.each(WAYS)("%s: events arrive one by one, and a reader that leaves leaves nothing behind", async (way) => {
  await using site = await served(way);
  const { lab, network, listener } = site;
  lab.happen("lamp-1", "boot");
  const leave = new AbortController();
  const request = a("GET", "/events?since=0");
  const reply = await network.request(listener.address, request, { reply: "stream", signal: leave.signal });
  expect(reply.status).toBe(200);
  const reader = new EventTextReader();
  const seen: string[] = [];
  for await (const chunk of bodyChunks(reply.body)) {
    seen.push(...reader.push(chunk).map((event) => `${event.id} ${JSON.parse(event.data).type}`));
    if (seen.length === 1) lab.happen("lamp-1", "phase");
    if (seen.length === 2) break;
  }
  expect(seen).toEqual(["1 boot", "2 phase"]);
  leave.abort();
  await lab.events.quiet();
});

test.each(WAYS)("%s: closing the lab ends the stream in order", async (way) => {
  await using site = await served(way);
  const reply = await site.network.request(site.listener.address, a("GET", "/events"), { reply: "stream" });
  let text = "";
  for await (const chunk of bodyChunks(reply.body)) {
    text += new TextDecoder().decode(chunk);
    site.closing.abort();
  }
  expect(text).toBe("retry: 1000\n: connected\n\n");
});

test("the client works with the platform's own fetch", async () => {
  await using site = await served("over sockets");
  const { address } = site.listener;
  const client = new LabClient({ url: `http://127.0.0.1:${address.kind === "tcp" ? address.port : 0}` });
  expect((await client.health()).status).toBe("ok");
  expect((await client.device("lamp-1")).differences).toHaveLength(1);
  await expect(client.device("lamp-2")).rejects.toMatchObject({ status: 404 });
  const leave = new AbortController();
  const events = client.events({ since: 0 }, leave.signal);
  const next = events.next();
  site.lab.happen("lamp-1", "phase", { phase: "busy" });
  expect((await next).value).toMatchObject({ kind: "event", event: { n: 1, type: "phase" } });
  leave.abort();
  expect((await events.next()).done).toBe(true);
  // A client that closes its side may still be listening: the server learns that it is gone when its writes fail.
  while (site.lab.events.listeners > 0) {
    site.lab.happen("lamp-1", "phase");
    await client.health();
  }
});
