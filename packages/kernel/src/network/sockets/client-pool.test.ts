import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seconds } from "../../time/units.ts";
import { VirtualTime } from "../../time/virtual-time.ts";
import { type Address, tcp } from "../address.ts";
import { readText } from "../body.ts";
import { text } from "../http.ts";
import { aRequest, eventually } from "../testing/samples.ts";
import { SocketNetwork } from "./socket-network.ts";

/** A server that answers from a script: what it does with the nth request of all. */
type Script = (socket: Socket, request: string, n: number) => void;

let time = new VirtualTime();
let network = new SocketNetwork(time);
let server: Server | undefined;
const sockets: Socket[] = [];

beforeEach(() => {
  time = new VirtualTime();
  network = new SocketNetwork(time, { pool: { connections: 2 } });
  sockets.length = 0;
});
afterEach(async () => {
  await network[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  server?.close();
});

async function scripted(script: Script): Promise<Address> {
  let n = 0;
  const listening = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => script(socket, chunk.toString(), n++));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const address = listening.address();
  return tcp("127.0.0.1", typeof address === "object" && address !== null ? address.port : 0);
}

const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const ask = async (at: Address, parts: Parameters<typeof aRequest>[0] = {}): Promise<string> =>
  readText((await network.request(at, aRequest(parts))).body);

test("a connection is used again, and closed after it was idle", async () => {
  const at = await scripted((socket, _, n) => socket.write(ok(`${n}`)));
  expect([await ask(at), await ask(at), await ask(at)]).toEqual(["0", "1", "2"]);
  expect(sockets).toHaveLength(1);
  await time.runFor(seconds(5));
  await eventually(() => sockets[0]?.destroyed === true || sockets[0]?.readableEnded === true);
  expect(time.pending).toBe(0);
});

test("no more connections than allowed; others wait in order", async () => {
  const waiting: (() => void)[] = [];
  const seen: string[] = [];
  const at = await scripted((socket, request, n) => {
    seen.push(request.split(" ")[1] ?? "");
    waiting.push(() => socket.write(ok(`${n}`)));
  });
  const asks = ["/0", "/1", "/2", "/3"].map((target) => ask(at, { target }));
  await eventually(() => waiting.length === 2);
  waiting[0]?.();
  await eventually(() => waiting.length === 3);
  expect(seen[2]).toBe("/2");
  for (let next = 1; next < 4; next++) {
    await eventually(() => waiting.length > next);
    waiting[next]?.();
  }
  expect((await Promise.all(asks)).sort()).toEqual(["0", "1", "2", "3"]);
  expect(sockets).toHaveLength(2);
});

test("an idle connection that the server closes under the request is tried again, if the method may be", async () => {
  const at = await scripted((socket, _, n) => {
    if (n % 2 === 0) socket.write(ok("kept"));
    else socket.destroy();
  });
  const post = aRequest({ method: "POST", body: text("x") });
  await ask(at);
  await time.runFor(seconds(2));
  expect(await ask(at)).toBe("kept");
  expect(sockets).toHaveLength(2);
  await time.runFor(seconds(2));
  await expect(network.request(at, post)).rejects.toMatchObject({ code: expect.stringMatching(/closed|reset/) });
});

test("a server that closes a connection in use means it", async () => {
  const at = await scripted((socket, _, n) => {
    if (n === 0) socket.write(ok("first"));
    else socket.destroy();
  });
  await ask(at);
  await expect(network.request(at, aRequest())).rejects.toMatchObject({ code: expect.stringMatching(/closed|reset/) });
  await expect(network.request(at, aRequest())).rejects.toMatchObject({ code: expect.stringMatching(/closed|reset/) });
  expect(sockets).toHaveLength(2);
});

test("rough servers: informational replies first, body until close, trailers, bytes nobody asked for", async () => {
  const replies = [
    `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${ok("hinted")}`,
    "HTTP/1.0 200 Fine\r\nX: 1\r\n\r\nuntil close",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nchun\r\n3\r\nked\r\n0\r\nX-T: 1\r\n\r\n",
    `${ok("first")}HTTP/1.1 200 OK\r\n\r\n`,
    ok("after"),
  ];
  const at = await scripted((socket, _, n) => {
    socket.write(replies[n] ?? "");
    if (n === 1) socket.end();
  });
  expect(await ask(at)).toBe("hinted");
  const reply = await network.request(at, aRequest());
  expect([reply.reason, await readText(reply.body)]).toEqual(["Fine", "until close"]);
  expect(await ask(at)).toBe("chunked");
  expect(await ask(at)).toBe("first");
  expect(await ask(at)).toBe("after");
});

test.each([
  ["no status line", "hello\r\n\r\n", "malformed"],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "malformed"],
  ["broken chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed"],
] as const)("a reply with %s", async (_, bytes, code) => {
  const at = await scripted((socket) => socket.write(bytes));
  await expect(network.request(at, aRequest())).rejects.toMatchObject({ code });
});

test("a reply cut short is closed", async () => {
  const at = await scripted((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
  await expect(network.request(at, aRequest({ method: "POST" }))).rejects.toMatchObject({ code: "closed" });
});

test("a body that waits for 100 Continue is sent after it, or after a second", async () => {
  let got = "";
  const at = await scripted((socket, bytes) => {
    got += bytes;
    if (got.endsWith("body")) socket.end(ok("got it"));
  });
  const reply = ask(at, { method: "PUT", headers: [["Expect", "100-continue"]], body: text("body") });
  await eventually(() => got.endsWith("\r\n\r\n"));
  await time.runFor(seconds(1));
  expect(await reply).toBe("got it");
});

test("what cannot be written in HTTP/1 is refused before anything is sent", async () => {
  const at = tcp("127.0.0.1", 1);
  for (const parts of [
    { target: "/a b" },
    { method: "GE T" },
    { headers: [["X", "1\r\nY: 2"]] as const },
    { headers: [["X:", "1"]] as const },
  ]) {
    await expect(network.request(at, aRequest(parts))).rejects.toMatchObject({ code: "malformed" });
  }
});
