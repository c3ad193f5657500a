import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, exchange, type LiveDevice, liveDevice, parseReply } from "./live-device.ts";

const STATE = {
  "#spec": "pantavisor-service-system@1",
  "device.json": {
    groups: [
      { name: "platform", restart_policy: "system" },
      {
        name: "app",
        restart_policy: "container",
        auto_recovery: { policy: "on-failure", max_retries: 5, stable_timeout: 30 },
      },
    ],
    volumes: {},
  },
  "sdk/run.json": { name: "sdk", type: "lxc", config: "lxc.conf", group: "platform", roles: ["mgmt"] },
  "app/run.json": { name: "app", type: "lxc", config: "lxc.conf", group: "app", roles: [] },
};
const sha = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
const UNSUPPORTED = '{"Error": "Unsupported protocol"}';
const error = (text: string): string => `{"Error":"${text}"}`;
const METHOD = error("Method not supported for this endpoint");

describe.each(["strict", "safe"] as const)("the control socket, %s profile", (compat) => {
  let live: LiveDevice;
  const strict = compat === "strict";
  beforeAll(async () => {
    live = await liveDevice({ compat }, { files: { "trails/0/.pvr/json": JSON.stringify(STATE) } });
  });
  afterAll(() => live[Symbol.asyncDispose]());
  const send = (method: string, target: string, body?: string | Uint8Array, headers?: readonly string[]) =>
    ask(live.socket, method, target, body, headers);

  test.each([
    [1, "GET", "/nope", undefined, 400, error("unknown endpoint: /nope")],
    [2, "GET", "/containers/", undefined, 400, error("unknown endpoint: /containers/")],
    [3, "POST", "/containers", undefined, 400, METHOD],
    [4, "OPTIONS", "/containers", undefined, 501, UNSUPPORTED],
    [7, "PUT", "/objects/abc", "x", 400, error("Request has bad object name")],
    [8, "PUT", `/objects/${"a".repeat(64)}`, "x", 422, error("Object has bad checksum")],
    [10, "GET", `/objects/${"b".repeat(64)}`, undefined, 400, error("Request has bad object name")],
    [12, "GET", "/steps/99", undefined, 404, error("Resource does not exist")],
    [13, "PUT", "/steps/locals/a", "{}", 422, error("Parser: State JSON has bad format")],
    [14, "PUT", "/steps/7", "{}", 400, METHOD],
    [15, "PUT", `/steps/locals/${"n".repeat(65)}`, "{}", 400, error("Request has bas step name")],
    [18, "PUT", "/device-meta/k", "", 400, error("Cannot add or update device meta")],
    [19, "DELETE", "/device-meta/nonexistent", undefined, 404, error("Device meta does not exist")],
    [22, "POST", "/commands", '{"op":"RUN_GC"}', 400, error("Command has bad format")],
    [24, "POST", "/commands", '{"op":"UNCLAIM","payload":""}', 204, ""],
    [26, "POST", "/signal", "{}", 400, error("Signal has bad format")],
    [
      29,
      "PUT",
      "/containers/sdk",
      '{"action":"stop"}',
      403,
      error("Container has restart_policy 'system' and cannot be controlled via API"),
    ],
    [30, "PUT", "/containers/nope", '{"action":"stop"}', 404, error("Container not found")],
    [31, "PUT", "/daemons/nonexistent-daemon", '{"action":"stop"}', 404, error("Daemon not found")],
    [35, "PUT", "/drivers/load", undefined, 200, ""],
    [35, "PUT", "/drivers/unload", undefined, 200, ""],
    [37, "PUT", "/containers/app", "", 400, error("No data")],
  ])("vector %i: %s %s", async (_, method, target, body, status, text) => {
    const reply = await send(method, target, body);
    expect([reply.status, reply.body]).toEqual([status, text]);
    if (status === 200) expect(reply.headers[0]).toBe("Content-Type: application/json");
  });

  test("vectors 4 and 5: what is no request ends the connection", async () => {
    const reply = parseReply(await exchange(live.socket, "hello world\r\n\r\n"));
    expect([reply.line, reply.body]).toEqual(["HTTP/1.1 400 Bad Request", UNSUPPORTED]);
    expect(reply.headers.map((line) => line.split(":")[0])).toEqual([
      "Content-Type",
      "Date",
      "Content-Length",
      "Connection",
    ]);
    const options = parseReply(await exchange(live.socket, "OPTIONS /containers HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    expect(options.line).toBe("HTTP/1.1 501 Not Implemented");
    expect(options.headers).toContain("Connection: close");
  });

  test("vector 6: another host", async () => {
    const text = await exchange(live.socket, "GET /containers HTTP/1.1\r\nHost: example.com\r\n\r\n");
    if (strict) expect(text).toBe("");
    else expect(parseReply(text)).toMatchObject({ status: 400, body: error("Bad host") });
    for (const host of ["Host: localhost", "Host: localhost:80", "Host:", "X: y"]) {
      const reply = parseReply(
        await exchange(live.socket, `GET /containers HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`),
      );
      expect(reply.status).toBe(200);
    }
    expect((await send("GET", "http://localhost/containers")).status).toBe(200);
  });

  test("vector 9: the same object twice is one entry", async () => {
    const content = "hello\n";
    expect((await send("PUT", `/objects/${sha(content)}`, content)).status).toBe(200);
    expect(await send("PUT", `/objects/${sha(content)}`, content)).toMatchObject({ status: 200, body: "" });
    const list = JSON.parse((await send("GET", "/objects")).body) as readonly { sha256: string; size: string }[];
    expect(list.filter(({ sha256 }) => sha256 === sha(content))).toEqual([{ sha256: sha(content), size: "6" }]);
    expect(list.some(({ sha256 }) => sha256 === "a".repeat(64))).toBe(false);
  });

  test("vector 11: two megabytes go up and come down as they are, in chunks of at most 4096 bytes", async () => {
    const content = Buffer.alloc(2 * 1024 * 1024, 0);
    for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
    expect((await send("PUT", `/objects/${sha(content)}`, content, ["Expect: 100-continue"])).status).toBe(100);
    expect((await send("PUT", `/objects/${sha(content)}`, content)).status).toBe(200);
    const text = await exchange(
      live.socket,
      `GET /objects/${sha(content)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    const reply = parseReply(text);
    expect(sha(Buffer.from(reply.body, "latin1"))).toBe(sha(content));
    expect(reply.headers[0]).toBe("content-type: application/octet-stream");
    expect(text.slice(text.indexOf("\r\n\r\n") + 4).split("\r\n")[0]).toBe("1000");
  });

  test("vectors 16 and 17: metadata come back as text or as JSON", async () => {
    expect(await send("PUT", "/device-meta/k", "v")).toMatchObject({ status: 200, body: "" });
    expect((await send("GET", "/device-meta")).body).toContain('"k":"v"');
    await send("PUT", "/device-meta/k", '{"a":1}');
    expect((await send("GET", "/device-meta")).body).toContain('"k":{"a":1}');
    await send("PUT", "/device-meta/k", "5");
    expect((await send("GET", "/device-meta")).body).toContain('"k":"5"');
    await send("PUT", "/device-meta/k", '[ 1, {"b" : "c\\n"} ]');
    expect((await send("GET", "/device-meta")).body).toContain('"k":[ 1, {"b" : "c\\n"} ],');
    await send("PUT", "/device-meta/k", '"q" \\n\n');
    expect((await send("GET", "/device-meta")).body).toContain('"k":"\\u0022q\\u0022 \\u005Cn\\u000A"');
    await send("PUT", "/user-meta/k", '"\t');
    expect((await send("GET", "/user-meta")).body).toContain('"k":"\\u0022\\u0009"');
    await send("PUT", "/device-meta/a%20b", "x");
    expect((await send("GET", "/device-meta")).body).toContain('"a%20b":"x"');
    expect((await send("PUT", "/device-meta/k", "v".repeat(4097))).status).toBe(507);
    expect((await send("DELETE", "/device-meta/k")).status).toBe(200);
    expect((await send("GET", "/device-meta")).body).not.toContain('"k"');
  });

  test("what the original's curl in shell sends: blanks in a key, and a length of standard input before the one it made up", async () => {
    const wrapped = async (madeUp: string, line: string, headers: string, body: string) =>
      parseReply(
        await exchange(
          live.socket,
          `${line} HTTP/1.0\r\nHost: localhost\r\n${headers}Content-Length: ${madeUp}\r\n\r\n${body}`,
        ),
      );
    const put = await wrapped("", `PUT /objects/${sha("from stdin")}`, "Content-Length:10\r\n", "from stdin");
    expect([put.line, put.status]).toEqual(["HTTP/1.0 200 OK", 200]);
    expect((await wrapped("0", `PUT /objects/${sha("again")}`, "Content-Length:5\r\n", "again")).status).toBe(200);
    expect((await wrapped("", `PUT /objects/${sha("")}`, "", "")).body).toBe(UNSUPPORTED);
    expect((await send("GET", `/objects/${sha("from stdin")}`)).body).toContain("from stdin");
    const spaced = "HTTP/1.0\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx";
    expect(parseReply(await exchange(live.socket, `PUT /device-meta/my key ${spaced}`)).status).toBe(200);
    expect(parseReply(await exchange(live.socket, `PUT /device-meta/schön ${spaced}`)).status).toBe(200);
    expect((await send("GET", "/device-meta")).body).toContain('"sch\xc3\xb6n":"x","my key":"x"');
    expect(parseReply(await exchange(live.socket, `DELETE /device-meta/schön ${spaced}`)).status).toBe(200);
    expect(parseReply(await exchange(live.socket, `PUT /containers/a b ${spaced}`)).body).toBe(
      error("Container not found"),
    );
  });

  test("vector 20: user metadata set configuration, and give it back", async () => {
    const level = async (): Promise<unknown> =>
      (JSON.parse((await send("GET", "/config2")).body) as readonly { key: string }[]).find(
        ({ key }) => key === "PV_LOG_LEVEL",
      );
    const before = await level();
    await send("PUT", "/user-meta/PV_LOG_LEVEL", "5");
    expect(await level()).toEqual({ key: "PV_LOG_LEVEL", value: "5", modified: "metadata" });
    expect((await send("DELETE", "/user-meta/PV_LOG_LEVEL")).status).toBe(200);
    expect(await level()).toEqual(before);
    expect(before).toEqual({ key: "PV_LOG_LEVEL", value: "0", modified: "default" });
  });

  test("vectors 21 and 23: one command at a time; some not while a local revision runs", async () => {
    expect((await send("POST", "/commands", '{"op":"RUN_GC","payload":""}')).status).toBe(200);
    const second = await send("POST", "/commands", '{"op":"RUN_GC","payload":""}');
    expect([second.status, second.body]).toEqual([503, error("A command is already in progress. Try again")]);
    expect(second.headers.slice(0, 2)).toEqual(["Retry-After: 120", "Content-Type: application/json"]);
    const ran = (op: string) => (): boolean =>
      live.events.events.some(({ type, about }) => type === "command" && about?.["op"] === op);
    await live.until(ran("RUN_GC"));
    await send(
      "PUT",
      "/steps/locals/b",
      JSON.stringify({ ...STATE, "x/run.json": { ...STATE["app/run.json"], name: "x" } }),
    );
    expect((await send("POST", "/commands", '{"op":"LOCAL_RUN","payload":"locals/b"}')).status).toBe(200);
    await live.until(() => live.device.state()["revision"] === "locals/b", "the local revision to run");
    const refused = await send("POST", "/commands", '{"op":"UPDATE_METADATA","payload":"{\\"a\\":\\"b\\"}"}');
    expect([refused.status, refused.body]).toEqual([409, error("Cannot do this operation while on local mode")]);
    expect((await send("GET", "/containers")).body).toContain('"name":"x"');
    expect((await send("GET", "/steps/current/progress")).body).toBe(
      (await send("GET", "/steps/locals/b/progress")).body,
    );
    await send("POST", "/commands", '{"op":"LOCAL_RUN","payload":"0"}');
    await live.until(() => live.device.state()["revision"] === "0", "revision 0 to run");
  });

  test("vector 32: a stopped daemon stays stopped until it is started", async () => {
    const daemon = async (): Promise<unknown> =>
      (JSON.parse((await send("GET", "/daemons")).body) as readonly { name: string }[]).find(
        ({ name }) => name === "pv-xconnect",
      );
    await send("PUT", "/daemons/pv-xconnect", '{"action":"stop"}');
    expect(await daemon()).toEqual({ name: "pv-xconnect", pid: -1, respawn: false });
    await send("PUT", "/daemons/pv-xconnect", '{"action":"start"}');
    expect(await daemon()).toMatchObject({ pid: expect.any(Number) as number, respawn: true });
    expect((await send("PUT", "/daemons/pv-xconnect", '{"action":"dance"}')).status).toBe(strict ? 200 : 400);
  });

  test("vectors 33, 34 and 38: garbage, drivers, and paths without end", async () => {
    expect((await send("POST", "/storage/gc")).body).toMatch(/^\{"reclaimed": \d+\}$/);
    expect((await send("GET", "/drivers")).body).toBe(strict ? "{}" : "[]");
    expect((await send("GET", `/${"a".repeat(4000)}`)).status).toBe(400);
    expect((await send("GET", `/${"a/".repeat(5000)}`)).status).toBe(414);
    expect((await send("GET", "/containers")).status).toBe(200);
  });

  test("vector 36: HTTP/1.0 gets the handler's headers and then the end", async () => {
    const reply = parseReply(await exchange(live.socket, "GET /groups HTTP/1.0\r\nHost: localhost\r\n\r\n"));
    expect([reply.line, reply.headers]).toEqual(["HTTP/1.0 200 OK", ["Content-Type: application/json"]]);
    const upload = await exchange(
      live.socket,
      "PUT /device-meta/h HTTP/1.0\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx",
      true,
    );
    expect(parseReply(upload).status).toBe(200);
  });

  test("vectors 39 and 40: the factory's revision stands alone, and current is what runs", async () => {
    const fresh = await liveDevice({ compat });
    const steps = await ask(fresh.socket, "GET", "/steps");
    expect(steps.body).toMatch(
      /^\[\{"name":"0", "date":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "commitmsg":"", "progress":\{"status":"DONE","status-msg":"Factory revision","progress":100,"retries":0\}\}\]$/,
    );
    expect((await ask(fresh.socket, "GET", "/steps/current/progress")).body).toBe(
      (await ask(fresh.socket, "GET", "/steps/0/progress")).body,
    );
    await fresh[Symbol.asyncDispose]();
  });

  test("containers and groups are those of the state", async () => {
    const containers = JSON.parse((await send("GET", "/containers")).body) as unknown;
    expect(containers).toEqual([
      {
        name: "sdk",
        group: "platform",
        status: "STARTED",
        status_goal: "STARTED",
        restart_policy: "system",
        roles: ["mgmt"],
      },
      {
        name: "app",
        group: "app",
        status: "STARTED",
        status_goal: "STARTED",
        restart_policy: "container",
        roles: [],
        auto_recovery: {
          policy: "on-failure",
          max_retries: 5,
          current_retries: 0,
          stable_timeout: 30,
          is_stable: "false",
          backoff_policy: "reboot",
        },
        user_stopped: "false",
      },
    ]);
    await send("PUT", "/containers/app", '{"action":"stop"}');
    expect((await send("GET", "/containers")).body).toContain('"status":"STOPPED"');
    await send("PUT", "/containers/app", '{"action":"start"}');
    expect(JSON.parse((await send("GET", "/groups")).body)).toMatchObject([
      { name: "platform", status: "READY" },
      { name: "app", status: "READY" },
    ]);
  });

  test("pipelined requests are answered in order, and a kept connection goes on", async () => {
    const one = "GET /wakelocks HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const text = await exchange(
      live.socket,
      `${one}${one}GET /groups HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(text.split("HTTP/1.1 200 OK").length).toBe(4);
  });

  test("secrets are masked, except in the strict profile", async () => {
    const masked = await liveDevice(
      { compat },
      {
        files: {
          "config/pantahub.config": "PH_CREDS_HOST=http://127.0.0.1\nPH_CREDS_PORT=1\nPH_FACTORY_AUTOTOK=topsecret==\n",
        },
      },
    );
    const shown =
      (await ask(masked.socket, "GET", "/config")).body + (await ask(masked.socket, "GET", "/config2")).body;
    expect(shown.includes("topsecret==")).toBe(strict);
    expect((await ask(masked.socket, "GET", "/config")).body).toContain('"creds.port":1,');
    await masked[Symbol.asyncDispose]();
  });
});
