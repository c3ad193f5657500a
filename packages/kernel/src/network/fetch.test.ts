import { describe, expect, test } from "vitest";
import { readText } from "./body.ts";
import { fetchOver } from "./fetch.ts";
import { type HttpAnswer, json, type ReceivedRequest, text } from "./http.ts";
import { answering, aReply, countedStream } from "./testing/samples.ts";
import { makeIdentities, openStage } from "./testing/stages.ts";

const identities = await makeIdentities();

describe.each(["in process", "TCP", "TLS", "Unix sockets"] as const)("fetch: %s", (name) => {
  async function aSite(handle: (request: ReceivedRequest) => HttpAnswer | Promise<HttpAnswer>) {
    const stage = openStage(name, identities);
    const handler = answering(handle);
    const { address } = await stage.network.serve(
      stage.address(),
      handler,
      stage.serverTls === undefined ? {} : { tls: stage.serverTls },
    );
    const fetch = fetchOver(stage.network, {
      addressOf: () => address,
      ...(stage.clientTls === undefined ? {} : { tls: stage.clientTls }),
    });
    const base = name === "TLS" ? "https://127.0.0.1:7411" : "http://127.0.0.1:7410";
    return { fetch, base, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  }

  test("method, headers, body and reply", async () => {
    await using site = await aSite(async (request) =>
      aReply(
        json({
          method: request.method,
          target: request.target,
          type: request.headers.find(([key]) => key.toLowerCase() === "content-type")?.[1],
          body: await readText(request.body),
        }),
        [
          ["X-A", "1"],
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
        ],
        201,
      ),
    );
    const response = await site.fetch(`${site.base}/a?b=c`, {
      method: "POST",
      body: "häl",
      headers: { "content-type": "text/x" },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-a")).toBe("1");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.json()).toEqual({ method: "POST", target: "/a?b=c", type: "text/x", body: "häl" });
  });

  test("streams both ways", async () => {
    await using site = await aSite(async (request) => aReply(text(String((await readText(request.body)).length))));
    const body = ReadableStream.from(["abc", "def"].map((part) => new TextEncoder().encode(part)));
    const init = { method: "PUT", body, duplex: "half" } as const;
    expect(await (await site.fetch(`${site.base}/`, init)).text()).toBe("6");
    await using large = await aSite(() => aReply(countedStream(3_000_000).body));
    expect((await (await large.fetch(`${large.base}/`)).arrayBuffer()).byteLength).toBe(3_000_000);
  });

  test("redirects, empty replies, aborts, errors", async () => {
    await using site = await aSite((request) => {
      if (request.target === "/moved") return aReply(undefined, [["Location", "/there"]], 302);
      if (request.target === "/hang") return { outcome: "hang" };
      if (request.target === "/close") return { outcome: "close" };
      return request.target === "/none" ? aReply(undefined, [], 204) : aReply(text(request.method));
    });
    expect(await (await site.fetch(`${site.base}/moved`, { method: "POST", body: "x" })).text()).toBe("GET");
    expect((await site.fetch(`${site.base}/moved`, { redirect: "manual" })).status).toBe(302);
    await expect(site.fetch(`${site.base}/moved`, { redirect: "error" })).rejects.toThrow(TypeError);
    expect((await site.fetch(`${site.base}/none`)).body).toBeNull();
    const controller = new AbortController();
    const hanging = site.fetch(`${site.base}/hang`, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    await expect(site.fetch(`${site.base}/close`, { method: "POST" })).rejects.toMatchObject({
      name: "TypeError",
      cause: { code: "closed" },
    });
    await expect(site.fetch("ftp://x/")).rejects.toMatchObject({ code: "bad-url" });
  });
});
