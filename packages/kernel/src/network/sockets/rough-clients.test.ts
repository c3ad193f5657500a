import { execFile, execFileSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { mib, milliseconds, seconds } from "../../time/units.ts";
import { VirtualTime } from "../../time/virtual-time.ts";
import { describeAddress, tcp } from "../address.ts";
import { readBytes, readText } from "../body.ts";
import { EMPTY_BODY, type HttpHandler, json, text } from "../http.ts";
import type { ServeOptions } from "../network.ts";
import { aGate, answering, aReply, eventually } from "../testing/samples.ts";
import { SocketNetwork } from "./socket-network.ts";

/** Tells what it got. */
const echo = answering(async (request) =>
  aReply(text(`${request.method} ${request.target} ${request.version} [${await readText(request.body)}]`)),
);

interface Door extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly time: VirtualTime;
  readonly failures: unknown[];
  /** A raw connection. */
  open(): RawClient;
  /** Sends the bytes (and closes its side with `end`); resolves to all that came back until the server closed. */
  talk(bytes: string, how?: "keep" | "end"): Promise<string>;
}

/** A client that only knows bytes. */
class RawClient {
  readonly socket: Socket;
  received = "";
  closed = false;

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    this.socket.on("data", (chunk) => {
      this.received += chunk.toString("latin1");
    });
    this.socket.on("error", () => undefined);
    this.socket.on("end", () => {
      this.closed = true;
      this.socket.end();
    });
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  send(bytes: string): void {
    this.socket.write(bytes, "latin1");
  }

  async untilReceived(part: string): Promise<void> {
    await eventually(() => this.received.includes(part));
  }
}

async function aDoor(handler: HttpHandler, options: ServeOptions = {}): Promise<Door> {
  const time = new VirtualTime();
  const failures: unknown[] = [];
  const network = new SocketNetwork(time, { onHandlerError: (error) => void failures.push(error) });
  const listener = await network.serve(tcp("127.0.0.1", 0), handler, options);
  const port = listener.address.kind === "tcp" ? listener.address.port : 0;
  return {
    port,
    url: `http://${describeAddress(listener.address)}`,
    time,
    failures,
    open: () => new RawClient(port),
    async talk(bytes, how = "end") {
      const client = new RawClient(port);
      if (how === "end") client.socket.end(bytes, "latin1");
      else client.send(bytes);
      await eventually(() => client.closed);
      return client.received;
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

const DATE = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

test("a client that closes its writing side gets its full reply, however late", async () => {
  const answer = aGate();
  await using door = await aDoor(
    answering(async () => {
      await answer.promise;
      return aReply(text("x".repeat(3_000_000)));
    }),
  );
  const reply = door.talk("POST /commands HTTP/1.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  await door.time.runFor(seconds(120));
  answer.open();
  expect((await reply).length).toBeGreaterThan(3_000_000);
});

test("the bytes of a reply, HTTP/1.1 kept alive and closed", async () => {
  await using door = await aDoor(answering(aReply(json({ ok: true }), [["Content-Type", "application/json"]])));
  expect(
    await door.talk(
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      "keep",
    ),
  ).toBe(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${DATE}Content-Length: 11\r\n\r\n{"ok":true}` +
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${DATE}Content-Length: 11\r\nConnection: close\r\n\r\n{"ok":true}`,
  );
});

test("HTTP/1.0: absolute form, no Host, reply in its own version, connection closed", async () => {
  await using door = await aDoor(echo);
  expect(await door.talk("GET https://pantahub:12366/devices/ HTTP/1.0\r\n\r\n", "keep")).toBe(
    `HTTP/1.0 200 OK\r\n${DATE}Content-Length: 46\r\nConnection: close\r\n\r\nGET https://pantahub:12366/devices/ 1.0 []`.replace(
      "46",
      "42",
    ),
  );
});

test("HTTP/1.0 with keep-alive is kept; bare replies carry only the handler's headers", async () => {
  await using door = await aDoor(answering(aReply(text("[]"), [["Content-Type", "application/json"]])), {
    http10: "bare",
  });
  const bare = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[]";
  expect(await door.talk("GET /groups HTTP/1.0\r\nHost: localhost\r\n\r\n", "keep")).toBe(bare);
  const kept = `HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n${DATE}Content-Length: 2\r\nConnection: keep-alive\r\n\r\n[]`;
  expect(await door.talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", "keep")).toBe(
    kept + bare,
  );
});

test("Transfer-Encoding: identity beside a Content-Length is no transfer coding", async () => {
  await using door = await aDoor(echo);
  expect(
    await door.talk(
      "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
    ),
  ).toMatch(/PUT \/a 1\.1 \[abc\]$/);
});

test("a lenient listener takes the first of several lengths, and blanks in a target", async () => {
  await using strict = await aDoor(echo);
  await using lenient = await aDoor(echo, { requests: "lenient" });
  for (const second of ["Content-Length: ", "Content-Length: 0", "Content-Length: 4"]) {
    const put = `PUT /a HTTP/1.0\r\nContent-Length:3\r\n${second}\r\n\r\nabc`;
    expect(await strict.talk(put)).toMatch(/^HTTP\/1\.[01] 400 /);
    expect(await lenient.talk(put)).toMatch(/PUT \/a 1\.0 \[abc\]$/);
  }
  const get = "GET /a key  b HTTP/1.0\r\n\r\n";
  expect(await strict.talk(get)).toMatch(/^HTTP\/1\.[01] 400 /);
  expect(await lenient.talk(get)).toMatch(/GET \/a key {2}b 1\.0 \[\]$/);
  expect(await lenient.talk("GET / HTTP/1.0\r\n\r\n")).toMatch(/GET \/ 1\.0 \[\]$/);
  for (const bad of [
    "GET  HTTP/1.0",
    "hello world",
    "GET /a HTTP/2.0",
    "GET /a",
    "PUT /a HTTP/1.0\r\nContent-Length: ",
  ])
    expect(await lenient.talk(`${bad}\r\n\r\n`)).toMatch(/^HTTP\/1\.[01] 400 /);
});

test("a Host without port, with any port, or none at all is no reason to refuse", async () => {
  await using door = await aDoor(echo);
  for (const host of ["Host: pantahub\r\n", "Host: pantahub:1\r\n", "Host:\r\n", ""]) {
    expect(await door.talk(`GET / HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/);
  }
});

test("Expect: 100-continue is answered when the body is read, and not when it is not", async () => {
  await using door = await aDoor(
    answering(async (request) =>
      request.target === "/no" ? aReply(EMPTY_BODY, [], 403) : aReply(text(await readText(request.body))),
    ),
  );
  const client = door.open();
  client.send("PUT /yes HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  await client.untilReceived("HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  await client.untilReceived("\r\n\r\nbody");
  const refused = await door.talk(
    "PUT /no HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
    "keep",
  );
  expect(refused).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(refused).toContain("Connection: close\r\n");
});

test("chunked bodies: split anywhere, with extensions and trailers", async () => {
  await using door = await aDoor(echo);
  const bytes =
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET /next HTTP/1.1\r\nConnection: close\r\n\r\n";
  for (const size of [1, 7, bytes.length]) {
    const client = door.open();
    for (let at = 0; at < bytes.length; at += size) {
      client.send(bytes.slice(at, at + size));
      await new Promise<void>(setImmediate);
    }
    await eventually(() => client.closed);
    expect(client.received).toContain("POST /c 1.1 [abc0123456789]");
    expect(client.received).toContain("GET /next 1.1 []");
  }
});

test("pipelined requests are answered in order, though the first takes longest", async () => {
  const gate = aGate();
  await using door = await aDoor(
    answering(async (request) => {
      if (request.target === "/0") await gate.promise;
      return aReply(text(`<${request.target}>`));
    }),
  );
  const client = door.open();
  const count = 2_000;
  client.socket.end(Array.from({ length: count }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: h\r\n\r\n`).join(""));
  gate.open();
  await eventually(() => client.closed);
  expect(client.received.match(/<\/\d+>/g)).toEqual(Array.from({ length: count }, (_, n) => `</${n}>`));
});

test.each([
  [
    "a length beside chunks",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400],
  ["a list of lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nabcde", 400],
  ["a signed length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nabcde", 400],
  ["a coding after chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501],
  ["chunks in HTTP/1.0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  ["a blank before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400],
  ["a folded line", "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n  2\r\n\r\n", 400],
  ["a bare CR", "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\rX-B: 2\r\n\r\n", 400],
  ["a NUL", "GET / HTTP/1.1\r\nHost: h\r\nX-A: \0\r\n\r\n", 400],
  ["no HTTP", "hello there\r\n", 400],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["HTTP/0.9", "GET /\r\n", 400],
  ["a chunk size that is none", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400],
  [
    "a chunk longer than it says",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    400,
  ],
  ["a chunk size in bare LF", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400],
  ["a body that ends early", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", 400],
  ["too long a head", `GET / HTTP/1.1\r\nHost: h\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ["too long a request line, without end", `GET /${"a".repeat(20_000)}`, 431],
  ["too large a body", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 413],
] as const)("%s is refused", async (_, bytes, status) => {
  let asked = 0;
  await using door = await aDoor(
    answering(async (request) => {
      asked++;
      await readBytes(request.body);
      return aReply();
    }),
  );
  const reply = await door.talk(bytes, "end");
  expect(reply).toMatch(new RegExp(`^HTTP/1\\.[01] ${status} `));
  expect(reply).toContain("Connection: close\r\n");
  expect(asked).toBe(0);
});

test("lines may end in LF alone, and empty lines may come first", async () => {
  await using door = await aDoor(echo);
  expect(await door.talk("\r\n\nGET /x HTTP/1.0\nHost: h\n\n")).toMatch(/GET \/x 1\.0 \[\]$/);
});

test("slow senders: a head that does not come, a body that stops, a connection that says nothing", async () => {
  await using door = await aDoor(echo, {
    limits: { readTimeout: seconds(15), bodyTimeout: seconds(60), idleTimeout: seconds(100) },
  });
  const head = door.open();
  const body = door.open();
  const idle = door.open();
  head.send("GET / HTTP/1.1\r\nHost:");
  body.send("PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  await eventually(() => door.time.pending === 3);
  await settled();
  await door.time.runFor(milliseconds(14_900));
  head.send(" h\r\n");
  await settled();
  expect([head.received, head.closed]).toEqual(["", false]);
  await door.time.runFor(milliseconds(200));
  await eventually(() => head.closed);
  expect(head.received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  await door.time.runFor(seconds(46));
  await eventually(() => body.closed);
  expect(body.received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(idle.closed).toBe(false);
  await door.time.runFor(seconds(60));
  await eventually(() => idle.closed);
  expect(idle.received).toBe("");
});

test("a streamed body that stops while the handler reads is answered 408", async () => {
  await using door = await aDoor(echo);
  const client = door.open();
  client.send(`PUT / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n${"a".repeat(100_000)}`);
  await settled();
  await door.time.runFor(seconds(61));
  await eventually(() => client.closed);
  expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
});

test("too many connections: 503, and the others go on", async () => {
  await using door = await aDoor(echo, { limits: { connections: 2 } });
  const first = door.open();
  const second = door.open();
  for (const client of [first, second]) {
    client.send("GET / HTTP/1.1\r\n\r\n");
    await client.untilReceived("200 OK");
  }
  expect(await door.talk("GET / HTTP/1.1\r\n\r\n", "keep")).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  first.send("GET /again HTTP/1.1\r\nConnection: close\r\n\r\n");
  await eventually(() => first.closed);
  expect(first.received).toContain("GET /again");
});

test("a client that goes away is noticed", async () => {
  const entered = aGate<AbortSignal | undefined>();
  await using door = await aDoor(
    answering((request) => {
      entered.open(request.via.signal);
      return new Promise(() => undefined);
    }),
  );
  const client = door.open();
  client.send("GET / HTTP/1.1\r\n\r\n");
  const signal = await entered.promise;
  client.socket.resetAndDestroy();
  await eventually(() => signal?.aborted === true);
});

test("a verbatim reply is written as it is, and the connection closes", async () => {
  await using door = await aDoor(answering({ status: 200, reason: "Fine", headers: [["X", "1"]], body: text("raw") }), {
    verbatim: true,
  });
  expect(await door.talk("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "keep")).toBe("HTTP/1.1 200 Fine\r\nX: 1\r\n\r\nraw");
});

test("a listener may word its refusals itself", async () => {
  const refusal = () => ({
    status: 400,
    headers: [["Content-Type", "text/html"]] as const,
    body: text('{"Error": "Unsupported protocol"}'),
  });
  await using door = await aDoor(echo, { refusal });
  expect(await door.talk("nonsense\r\n", "keep")).toBe(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n${DATE}Content-Length: 33\r\nConnection: close\r\n\r\n{"Error": "Unsupported protocol"}`,
  );
});

test("a handler cannot break the reply apart", async () => {
  await using door = await aDoor(answering(aReply(EMPTY_BODY, [["X-A", "1\r\nX-B: 2"]])));
  expect(await door.talk("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 500 /);
  expect(door.failures).toHaveLength(1);
});

test("a stream of unknown length is chunked in 1.1 and ends with the connection in 1.0", async () => {
  await using door = await aDoor(
    answering(() =>
      aReply({
        kind: "stream",
        chunks: (async function* () {
          yield Buffer.from("one");
          yield Buffer.from("");
          yield Buffer.from("three");
        })(),
      }),
    ),
  );
  expect(await door.talk("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(
    /Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n$/,
  );
  expect(await door.talk("GET / HTTP/1.0\r\n\r\n")).toMatch(/Connection: close\r\n\r\nonethree$/);
});

const hasCurl = (() => {
  try {
    execFileSync("curl", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasCurl)("curl: 1.1, 1.0, uploads with Expect, chunked, large, HEAD", async () => {
  await using door = await aDoor(
    answering(async (request) => {
      const body = await readBytes(request.body);
      return aReply(text(`${request.method} ${request.version} ${body.byteLength}`));
    }),
    { limits: { bodyBytes: mib(64) } },
  );
  const run = promisify(execFile);
  const big = "b".repeat(5_000_000);
  const curl = async (...args: string[]): Promise<string> => {
    const running = run("curl", ["-s", "-S", "--max-time", "20", ...args, door.url]);
    if (args.includes("@-")) running.child.stdin?.end(big);
    return (await running).stdout;
  };
  expect(await curl()).toBe("GET 1.1 0");
  expect(await curl("-0")).toBe("GET 1.0 0");
  expect(await curl("-d", "abc")).toBe("POST 1.1 3");
  expect(await curl("-X", "PUT", "--data-binary", "@-")).toBe("PUT 1.1 5000000");
  expect(await curl("-H", "Expect: 100-continue", "--data-binary", "@-")).toBe("POST 1.1 5000000");
  expect(await curl("-H", "Transfer-Encoding: chunked", "--data-binary", "@-")).toBe("POST 1.1 5000000");
  expect(await curl("-I")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

/** Lets the sockets deliver what is under way. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise<void>(setImmediate);
}
