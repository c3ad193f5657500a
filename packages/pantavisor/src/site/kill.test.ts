import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";

const program = new URL("../testing/pantahub-process.ts", import.meta.url).pathname;
const ROUNDS = 4;
const SPEC = { "#spec": "pantavisor-service-system@1" };

let child: ChildProcess | undefined;
let ended: Promise<unknown> = Promise.resolve();
let folder = "";
afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const running = spawn(process.execPath, ["--conditions=understudy-source", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = running;
  ended = once(running, "exit");
  for await (const line of createInterface({ input: running.stdout })) return line;
  throw new Error("The server did not start");
}

async function ask(url: string, method: string, path: string, token = "", body?: unknown): Promise<Response> {
  const headers = {
    ...(token !== "" && { Authorization: `Bearer ${token}` }),
    "Content-Type": "application/json",
    "User-Agent": "test",
  };
  const content =
    body instanceof Uint8Array ? new Uint8Array(body) : body === undefined ? undefined : JSON.stringify(body);
  return fetch(new URL(path, url), { method, headers, ...(content !== undefined && { body: content }) });
}

interface Acknowledged {
  readonly id: string;
  readonly prn: string;
  readonly secret: string;
  readonly sha: string;
  /** How far the acknowledged writes went. */
  done: "device" | "meta" | "object" | "step" | "progress" | "log";
}

/** Writes until the server is gone; what it acknowledged is taken down after each answer. */
async function writeUntilGone(url: string, round: number, all: Acknowledged[], answered: () => void): Promise<void> {
  const { token } = (await (
    await ask(url, "POST", "/auth/login", "", { username: "user1", password: "user1" })
  ).json()) as { token: string };
  for (let n = 0; ; n++) {
    const content = Buffer.from(`content ${round} ${n}`.repeat(50));
    const sha = createHash("sha256").update(content).digest("hex");
    const ok = async (reply: Promise<Response>): Promise<Record<string, string>> => {
      const { status, text } = await reply.then(async (given) => ({ status: given.status, text: await given.text() }));
      if (status !== 200) throw new Error(`${status} ${text}`);
      answered();
      return text === "" ? {} : (JSON.parse(text) as Record<string, string>);
    };
    const made = await ok(ask(url, "POST", "/devices/", token, {}));
    const one: Acknowledged = {
      id: String(made.id),
      prn: String(made.prn),
      secret: String(made.secret),
      sha,
      done: "device",
    };
    all.push(one);
    await ok(ask(url, "PATCH", `/devices/${one.id}/user-meta`, token, { round, n }));
    one.done = "meta";
    const object = await ok(ask(url, "POST", "/objects/", token, { sha256sum: sha, size: String(content.length) }));
    await ok(ask(url, "PUT", String(object["signed-puturl"]), "", content));
    one.done = "object";
    const { token: own } = (await ok(
      ask(url, "POST", "/auth/login", "", { username: one.prn, password: one.secret }),
    )) as { token: string };
    await ok(ask(url, "POST", "/trails/", own, SPEC));
    await ok(ask(url, "POST", `/trails/${one.id}/steps`, token, { rev: -1, state: { ...SPEC, a: sha } }));
    one.done = "step";
    await ok(ask(url, "PUT", `/trails/${one.id}/steps/1/progress`, own, { status: "DONE", progress: 100 }));
    one.done = "progress";
    await ok(ask(url, "POST", "/logs/", own, { msg: one.id }));
    one.done = "log";
  }
}

const ORDER = ["device", "meta", "object", "step", "progress", "log"];

async function check(url: string, one: Acknowledged): Promise<void> {
  const has = (what: Acknowledged["done"]): boolean => ORDER.indexOf(one.done) >= ORDER.indexOf(what);
  const { token } = (await (
    await ask(url, "POST", "/auth/login", "", { username: "user1", password: "user1" })
  ).json()) as { token: string };
  const get = async (path: string) => (await (await ask(url, "GET", path, token)).json()) as Record<string, unknown>;
  const device = await get(`/devices/${one.id}`);
  expect(device).toMatchObject({ id: one.id, "user-meta": has("meta") ? { n: expect.any(Number) } : {} });
  if (has("object")) {
    const object = await get(`/objects/${one.sha}`);
    const content = await fetch(String(object["signed-geturl"])).then((reply) => reply.bytes());
    expect(createHash("sha256").update(content).digest("hex")).toBe(one.sha);
  }
  if (has("step")) expect(await get(`/trails/${one.id}/steps/1`)).toMatchObject({ rev: 1, state: { a: one.sha } });
  if (has("progress"))
    expect(await get(`/trails/${one.id}/summary`)).toMatchObject({
      revision: 1,
      "progress-revision": 1,
      status: "DONE",
    });
  if (has("log")) expect(await get(`/logs/?dev=${one.id}`)).toMatchObject({ entries: [{ msg: one.id }] });
}

test("a server that is killed outright has lost nothing it had acknowledged", { timeout: 120_000 }, async () => {
  folder = mkdtempSync(join(tmpdir(), "pantahub-kill-"));
  const all: Acknowledged[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const url = await start();
    for (const one of all) await check(url, one);
    let left = 17 + 23 * round;
    const answered = (): void => {
      // In the middle of the next request.
      if (--left === 0) child?.kill("SIGKILL");
    };
    await expect(writeUntilGone(url, round, all, answered)).rejects.toThrow();
    await ended;
  }
  const url = await start();
  for (const one of all) await check(url, one);
  expect(all.length).toBeGreaterThan(ROUNDS);
});
