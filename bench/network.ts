/**
 * The network: exchanges per second in one process; requests per second over sockets, our server beside node:http, our client
 * beside undici. `node … bench/network.ts`; each figure is the best of three rounds of two seconds.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:http";
import { connect } from "node:net";
import {
  type HttpHandler,
  type HttpRequest,
  InProcessNetwork,
  json,
  type Network,
  RealTime,
  tcp,
  VirtualTime,
} from "@understudy/kernel";
import { SocketNetwork } from "@understudy/kernel/live";
import { Pool } from "undici";

const ROUND_MS = 2_000;
const ROUNDS = 3;
const CONNECTIONS = 64;
const headers = Object.freeze([["Content-Type", "application/json"]] as const);
const value = Object.freeze({ status: "ok", revision: 7, progress: 100 });
const asked: HttpRequest = {
  method: "GET",
  target: "/devices/1",
  version: "1.1",
  headers: [
    ["Host", "127.0.0.1"],
    ["Authorization", "Bearer x"],
  ],
  body: { kind: "empty" },
};
const atOnce: HttpHandler = { handle: () => ({ status: 200, headers, body: json(value) }) };
const later: HttpHandler = {
  handle: async () => {
    await Promise.resolve();
    return { status: 200, headers, body: json(value) };
  },
};

const role = process.argv[2];
if (role === "ours" || role === "node:http") await serve(role);
else {
  await inProcess();
  await overSockets();
}

async function inProcess(): Promise<void> {
  for (const [name, handler] of [
    ["in process, answered at once", atOnce],
    ["in process, answered later", later],
  ] as const) {
    const network: Network = new InProcessNetwork(new VirtualTime());
    await network.serve(tcp("cloud", 80), handler);
    const to = tcp("cloud", 80);
    await report(name, async (until) => {
      let done = 0;
      for (; performance.now() < until; done += 1_000) {
        for (let n = 0; n < 1_000; n++) await network.request(to, asked);
      }
      return done;
    });
  }
}

async function overSockets(): Promise<void> {
  for (const server of ["node:http", "ours"] as const) {
    const { child, port } = await started(server);
    await report(`server ${server}, raw clients`, (until) => rawLoad(port, until));
    if (server === "ours") {
      await report("server ours, client undici", (until) => undiciLoad(port, until));
      await report("server ours, client ours", (until) => ourLoad(port, until));
    }
    child.kill();
  }
}

async function report(name: string, round: (until: number) => Promise<number>): Promise<void> {
  let best = 0;
  for (let n = 0; n < ROUNDS; n++) {
    const start = performance.now();
    const done = await round(start + ROUND_MS);
    best = Math.max(best, (done * 1_000) / (performance.now() - start));
  }
  console.log(`${name.padEnd(32)} ${Math.round(best).toLocaleString("en-US").padStart(12)} /s`);
}

/** Clients that send the same bytes and take the first bytes that come back for the reply. */
async function rawLoad(port: number, until: number): Promise<number> {
  const bytes = "GET /devices/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n\r\n";
  let done = 0;
  await Promise.all(
    Array.from(
      { length: CONNECTIONS },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect({ host: "127.0.0.1", port, noDelay: true });
          socket.on("connect", () => socket.write(bytes));
          socket.on("data", () => {
            done++;
            if (performance.now() < until) socket.write(bytes);
            else socket.destroy();
          });
          socket.on("close", () => resolve());
        }),
    ),
  );
  return done;
}

async function undiciLoad(port: number, until: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS, pipelining: 1 });
  const done = await inParallel(until, async () => {
    const { body } = await pool.request({ path: "/devices/1", method: "GET", headers: { authorization: "Bearer x" } });
    await body.arrayBuffer();
  });
  await pool.close();
  return done;
}

async function ourLoad(port: number, until: number): Promise<number> {
  using time = new RealTime();
  await using network = new SocketNetwork(time, { pool: { connections: CONNECTIONS } });
  const to = tcp("127.0.0.1", port);
  return await inParallel(until, async () => {
    await network.request(to, asked);
  });
}

async function inParallel(until: number, ask: () => Promise<void>): Promise<number> {
  let done = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (; performance.now() < until; done++) await ask();
    }),
  );
  return done;
}

async function started(server: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = fork(import.meta.filename, [server]);
  const port = await new Promise<number>((resolve) => child.once("message", (message) => resolve(Number(message))));
  return { child, port };
}

async function serve(server: "ours" | "node:http"): Promise<void> {
  if (server === "ours") {
    const network = new SocketNetwork(new RealTime());
    const listener = await network.serve(tcp("127.0.0.1", 0), atOnce);
    if (listener.address.kind === "tcp") process.send?.(listener.address.port);
    return;
  }
  const plain = createServer((_, reply) => {
    reply.setHeader("Content-Type", "application/json");
    reply.end(JSON.stringify(value));
  });
  plain.listen(0, "127.0.0.1", () => {
    const address = plain.address();
    if (typeof address === "object" && address !== null) process.send?.(address.port);
  });
}
