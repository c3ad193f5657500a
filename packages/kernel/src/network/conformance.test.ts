import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { bytes, milliseconds, seconds } from "../time/units.ts";
import type { Address } from "./address.ts";
import { readBytes, readJson, readText } from "./body.ts";
import {
  type Body,
  EMPTY_BODY,
  type HttpHandler,
  type HttpReply,
  header,
  json,
  type ReceivedRequest,
  text,
} from "./http.ts";
import type { RequestOptions, ServeOptions } from "./network.ts";
import { scopeNetwork } from "./scoped.ts";
import { aGate, answering, aReply, aRequest, countedStream, eventually, untilStill } from "./testing/samples.ts";
import { makeIdentities, openStage, STAGES, type Stage, type StageName } from "./testing/stages.ts";

let identities: Awaited<ReturnType<typeof makeIdentities>>;
beforeAll(async () => {
  identities = await makeIdentities();
});

interface Served extends AsyncDisposable, Stage {
  readonly at: Address;
  ask(request?: Parameters<typeof aRequest>[0], options?: RequestOptions): Promise<HttpReply>;
  close(): Promise<void>;
}

/** A stage on which `handler` is served. */
async function serving(name: StageName, handler: HttpHandler, options: ServeOptions = {}): Promise<Served> {
  const stage = openStage(name, identities);
  const listener = await stage.network.serve(stage.address(), handler, {
    ...options,
    ...(stage.serverTls === undefined ? {} : { tls: stage.serverTls }),
  });
  const tls = stage.clientTls === undefined ? {} : { tls: stage.clientTls };
  return {
    ...stage,
    at: listener.address,
    ask: (request, asked) => stage.network.request(listener.address, aRequest(request), { ...tls, ...asked }),
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const failure = (reply: Promise<unknown>): Promise<unknown> => reply.then(() => "no failure", codeOf);
/** Unix sockets know no reset: the other end just closes. */
const resetOn = (name: StageName): string => (name === "Unix sockets" ? "closed" : "reset");
const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe.each(STAGES)("requests: %s", (name) => {
  test("method, target, version, headers in order with duplicates, and body arrive as sent", async () => {
    let seen: ReceivedRequest | undefined;
    let body = "";
    await using stage = await serving(
      name,
      answering(async (request) => {
        seen = request;
        body = await readText(request.body);
        return aReply(
          text("there"),
          [
            ["B", "1"],
            ["a", "x"],
            ["B", "2"],
            ["Set-Cookie", "k=v; Path=/"],
          ],
          201,
        );
      }),
      { name: "front" },
    );
    const headers = [
      ["Host", "stage"],
      ["X-b", "1"],
      ["x-A", "two  words"],
      ["X-b", "2"],
    ] as const;
    const reply = await stage.ask({ method: "PUT", target: "/a%20b?c=d&e", headers, body: text("hällo") });
    expect(seen).toMatchObject({ method: "PUT", target: "/a%20b?c=d&e", version: "1.1" });
    expect(seen?.headers.slice(0, 4)).toEqual(headers);
    expect(body).toBe("hällo");
    expect(seen?.via).toMatchObject({
      listener: "front",
      secure: name === "TLS",
      remote: name === "Unix sockets" ? "unix" : "127.0.0.1",
    });
    expect(reply.status).toBe(201);
    expect(reply.headers.slice(0, 4)).toEqual([
      ["B", "1"],
      ["a", "x"],
      ["B", "2"],
      ["Set-Cookie", "k=v; Path=/"],
    ]);
    expect(await readText(reply.body)).toBe("there");
  });

  test.each(["GET", "POST", "DELETE", "HEAD", "OPTIONS", "REPORT"])("%s is a method like any other", async (method) => {
    await using stage = await serving(
      name,
      answering((request) => aReply(text(request.method), [["X-Method", request.method]])),
    );
    const reply = await stage.ask({ method });
    expect(header(reply.headers, "x-method")).toBe(method);
    expect(await readText(reply.body)).toBe(method === "HEAD" ? "" : method);
  });

  test("JSON goes and comes as a value", async () => {
    await using stage = await serving(
      name,
      answering(async (request) => aReply(json({ got: await readJson(request.body) }))),
    );
    const reply = await stage.ask({ method: "POST", body: json({ a: [1, "ü", null] }) });
    expect(await readJson(reply.body)).toEqual({ got: { a: [1, "ü", null] } });
  });

  test("absolute-form targets and HTTP/1.0 pass through", async () => {
    await using stage = await serving(
      name,
      answering((request) => aReply(text(`${request.version} ${request.target}`))),
    );
    const reply = await stage.ask({ version: "1.0", target: "https://host:1/devices/" });
    expect(await readText(reply.body)).toBe("1.0 https://host:1/devices/");
  });

  test("a reply without content has none", async () => {
    await using stage = await serving(name, answering(aReply(text("ignored"), [], 204)));
    expect((await stage.ask()).body).toEqual(EMPTY_BODY);
  });

  test("many exchanges at once all get their own answer", async () => {
    await using stage = await serving(
      name,
      answering(async (request) => {
        await Promise.resolve();
        return aReply(text(request.target));
      }),
    );
    const targets = Array.from({ length: 300 }, (_, index) => `/${index}`);
    const replies = await Promise.all(targets.map(async (target) => readText((await stage.ask({ target })).body)));
    expect(replies).toEqual(targets);
  });

  test("large bodies stream both ways unchanged", async () => {
    const size = 20 * 1024 * 1024;
    await using stage = await serving(
      name,
      answering((request) => aReply({ kind: "stream", chunks: passOn(request.body) })),
      { limits: { bodyBytes: bytes(size) } },
    );
    const reply = await stage.ask({ method: "POST", body: countedStream(size).body }, { reply: "stream" });
    expect(sha(await readBytes(reply.body))).toBe(sha(await readBytes(countedStream(size).body)));
  });

  test("a reader who stops stops the sender", async () => {
    const size = 128 * 1024 * 1024;
    const { body, taken } = countedStream(size);
    await using stage = await serving(name, answering(aReply(body)));
    const reply = await stage.ask({}, { reply: "stream" });
    const chunks = reply.body.kind === "stream" ? reply.body.chunks[Symbol.asyncIterator]() : undefined;
    await chunks?.next();
    expect(await untilStill(taken)).toBeLessThan(size / 2);
    await chunks?.return?.();
  });

  test("a handler who does not read stops the sender, and may answer early", async () => {
    const size = 128 * 1024 * 1024;
    const { body, taken } = countedStream(size);
    const answer = aGate();
    await using stage = await serving(
      name,
      answering(async () => {
        await answer.promise;
        return aReply(EMPTY_BODY, [], 403);
      }),
      { limits: { bodyBytes: bytes(size) } },
    );
    const reply = stage.ask({ method: "PUT", body });
    expect(await untilStill(taken)).toBeLessThan(size / 2);
    answer.open();
    expect((await reply).status).toBe(403);
  });

  test("what is too large is answered 413, 431, or refused by the client", async () => {
    await using stage = await serving(
      name,
      answering(async (request) => aReply(text("x".repeat(2_000 + (await readBytes(request.body)).length)))),
      {
        limits: { bodyBytes: bytes(1_000), headerBytes: bytes(500) },
      },
    );
    expect((await stage.ask({ method: "PUT", body: text("x".repeat(1_001)) })).status).toBe(413);
    expect((await stage.ask({ method: "PUT", body: json({ a: "x".repeat(1_001) }) })).status).toBe(413);
    expect(
      (await stage.ask({ method: "PUT", body: { kind: "stream", chunks: passOn(text("x".repeat(1_001))) } })).status,
    ).toBe(413);
    expect((await stage.ask({ headers: [["X-Long", "x".repeat(600)]] })).status).toBe(431);
    expect(await failure(stage.ask({}, { maxReplyBytes: 1_999 }))).toBe("too-large");
    expect((await stage.ask({ method: "PUT", body: text("x".repeat(1_000)) }, { maxReplyBytes: 3_000 })).status).toBe(
      200,
    );
  });

  test("a handler that fails answers 500, 400 for malformed JSON", async () => {
    await using stage = await serving(
      name,
      answering(async (request) => {
        if (request.target === "/json") return aReply(json(await readJson(request.body)));
        throw new Error("oh");
      }),
    );
    expect((await stage.ask()).status).toBe(500);
    expect((await stage.ask({ method: "POST", target: "/json", body: text("{") })).status).toBe(400);
    expect(
      (
        await stage.ask({
          method: "POST",
          target: "/json",
          body: { kind: "bytes", bytes: Buffer.from([0x22, 0xff, 0x22]) },
        })
      ).status,
    ).toBe(400);
    expect(stage.failures).toMatchObject([{ message: "oh" }]);
  });

  test("outcomes: close, reset, truncate", async () => {
    await using stage = await serving(
      name,
      answering((request) => {
        if (request.target === "/truncate") return { outcome: "truncate", reply: aReply(text("0123456789")), after: 4 };
        return { outcome: request.target === "/close" ? "close" : "reset" };
      }),
    );
    expect(await failure(stage.ask({ method: "POST", target: "/close" }))).toBe("closed");
    expect(await failure(stage.ask({ method: "POST", target: "/reset" }))).toBe(resetOn(name));
    expect(await failure(stage.ask({ target: "/truncate" }))).toBe("closed");
    const reply = await stage.ask({ target: "/truncate" }, { reply: "stream" });
    let got = "";
    const reading = (async () => {
      if (reply.body.kind === "stream")
        for await (const chunk of reply.body.chunks) got += Buffer.from(chunk).toString();
    })();
    expect(await failure(reading)).toBe("closed");
    expect(got).toBe("0123");
  });

  test("hang: the client's timeout ends it, and the handler's signal tells", async () => {
    const entered = aGate<AbortSignal | undefined>();
    await using stage = await serving(
      name,
      answering((request) => {
        entered.open(request.via.signal);
        return { outcome: "hang" };
      }),
    );
    const reply = failure(stage.ask({}, { timeout: milliseconds(700) }));
    const signal = await entered.promise;
    await stage.time.runFor(milliseconds(699));
    expect(signal?.aborted).toBe(false);
    await stage.time.runFor(milliseconds(1));
    expect(await reply).toBe("timeout");
    if (name !== "Unix sockets") await eventually(() => signal?.aborted === true);
  });

  test("abort ends an exchange at once; an aborted signal does not start one", async () => {
    const entered = aGate<AbortSignal | undefined>();
    await using stage = await serving(
      name,
      answering((request) => {
        if (request.target === "/warm") return aReply();
        entered.open(request.via.signal);
        return new Promise(() => undefined);
      }),
    );
    await stage.ask({ target: "/warm" });
    const controller = new AbortController();
    const reply = failure(stage.ask({}, { signal: controller.signal }));
    const signal = await entered.promise;
    controller.abort();
    expect(await reply).toBe("aborted");
    if (name !== "Unix sockets") await eventually(() => signal?.aborted === true);
    expect(await failure(stage.ask({}, { signal: controller.signal }))).toBe("aborted");
    await stage.close();
    await stage.time.runFor(seconds(60));
    expect(stage.time.pending).toBe(0);
  });

  test("the body of a streamed reply ends when its caller aborts", async () => {
    await using stage = await serving(name, answering(aReply(countedStream(64 * 1024 * 1024).body)));
    const controller = new AbortController();
    const reply = await stage.ask({}, { reply: "stream", signal: controller.signal });
    controller.abort();
    expect(await failure(readBytes(reply.body))).toBe("aborted");
  });

  test("a source that breaks resets the connection", async () => {
    await using stage = await serving(name, answering(aReply({ kind: "stream", chunks: breaking() })));
    expect(await failure(stage.ask())).toBe(resetOn(name));
    await eventually(() => stage.failures.length === 1);
  });

  test("a closed listener is refused, a taken address cannot be served", async () => {
    await using stage = await serving(name, answering(aReply()));
    const again = stage.network.serve(stage.at, answering(aReply()));
    expect(await failure(again)).toBe("in-use");
    expect((await stage.ask()).status).toBe(200);
    await stage.close();
    expect(await failure(stage.ask())).toBe("refused");
    const second = await stage.network.serve(stage.at, answering(aReply()));
    await second.close();
  });

  test("closing a listener cuts what it was answering, or lets it finish within its grace", async () => {
    const stage = openStage(name, identities);
    const options = stage.serverTls === undefined ? {} : { tls: stage.serverTls };
    const asking = stage.clientTls === undefined ? {} : { tls: stage.clientTls };
    for (const how of ["cut", "finish", "too late"] as const) {
      const entered = aGate();
      const answer = aGate();
      const handler = answering(async () => {
        entered.open();
        await answer.promise;
        return aReply(text("done"));
      });
      const listener = await stage.network.serve(stage.address(), handler, options);
      const reply = stage.network.request(listener.address, aRequest({ method: "POST" }), asking).then(
        (given) => given.status,
        (error: unknown) => codeOf(error),
      );
      await entered.promise;
      const closing = listener.close(how === "cut" ? undefined : seconds(2));
      if (how === "finish") answer.open();
      if (how === "too late") await stage.time.runFor(seconds(2));
      expect(await reply).toBe(how === "finish" ? 200 : resetOn(name));
      await closing;
    }
    await stage[Symbol.asyncDispose]();
  });

  test("power: the dead server's clients are reset, its answers are lost, its address is refused", async () => {
    await using stage = openStage(name, identities);
    const device = scopeNetwork(stage.network, { caller: "device" });
    const entered = aGate();
    const answer = aGate();
    const tls = stage.clientTls === undefined ? {} : { tls: stage.clientTls };
    const listener = await device.network.serve(
      stage.address(),
      answering(async () => {
        entered.open();
        await answer.promise;
        return aReply();
      }),
      stage.serverTls === undefined ? {} : { tls: stage.serverTls },
    );
    const reply = failure(stage.network.request(listener.address, aRequest({ method: "POST" }), tls));
    await entered.promise;
    device.kill("power");
    expect(await reply).toBe(resetOn(name));
    answer.open();
    expect(await failure(stage.network.request(listener.address, aRequest(), tls))).toBe("refused");
  });

  test("power: the dead client never hears of its reply, and the handler learns that it is gone", async () => {
    const entered = aGate<AbortSignal | undefined>();
    await using stage = await serving(
      name,
      answering((request) => {
        if (request.target === "/warm") return aReply();
        entered.open(request.via.signal);
        return new Promise(() => undefined);
      }),
    );
    const device = scopeNetwork(stage.network, { caller: "device" });
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    const tls = stage.clientTls === undefined ? {} : { tls: stage.clientTls };
    await stage.ask({ target: "/warm" }); // a connection on which TLS has nothing left to say
    device.network.request(stage.at, aRequest(), tls).then(settle, settle);
    const signal = await entered.promise;
    device.kill("power");
    if (name !== "Unix sockets") await eventually(() => signal?.aborted === true);
    device.network.request(stage.at, aRequest(), tls).then(settle, settle);
    await stage.time.runFor(seconds(120));
    expect(settled).toBe(false);
  });
});

test("a client's certificate is passed on, in one process as over TLS", async () => {
  for (const name of ["in process", "TLS"] as const) {
    await using stage = openStage(name, identities);
    const seen: (string | undefined)[] = [];
    const handler = answering((request) => {
      seen.push(request.via.clientCertificate?.trim());
      return aReply();
    });
    const listener = await stage.network.serve(stage.address(), handler, { tls: identities.server });
    await stage.network.request(listener.address, aRequest(), { tls: identities.device });
    await stage.network.request(listener.address, aRequest(), { tls: identities.client });
    expect(seen).toEqual([identities.device.certificate?.trim(), undefined]);
    const strict = await stage.network.serve(stage.address(), handler, {
      tls: { ...identities.server, requireClient: true },
    });
    expect(await failure(stage.network.request(strict.address, aRequest(), { tls: identities.client }))).toBe("tls");
    expect(await failure(stage.network.request(strict.address, aRequest()))).toBe("closed");
    expect((await stage.network.request(strict.address, aRequest(), { tls: identities.device })).status).toBe(200);
    const plain = await stage.network.serve(stage.address(), handler);
    expect(await failure(stage.network.request(plain.address, aRequest(), { tls: identities.client }))).toBe("tls");
  }
});

async function* passOn(body: Body): AsyncGenerator<Uint8Array, void, undefined> {
  if (body.kind === "stream") yield* body.chunks;
  else yield await readBytes(body);
}

async function* breaking(): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from("some");
  await Promise.resolve();
  throw new Error("the source broke");
}
