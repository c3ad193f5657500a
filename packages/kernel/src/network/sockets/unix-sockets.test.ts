import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VirtualTime } from "../../time/virtual-time.ts";
import { unix } from "../address.ts";
import { readText } from "../body.ts";
import { text } from "../http.ts";
import { answering, aReply, aRequest, KeepingEnd, lines } from "../testing/samples.ts";
import { SocketNetwork } from "./socket-network.ts";

let folder = "";
let network = new SocketNetwork(new VirtualTime());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unix-"));
  network = new SocketNetwork(new VirtualTime());
});
afterEach(async () => {
  await network[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const handler = answering(aReply(text("here")));
const ask = async (path: string): Promise<string> => readText((await network.request(unix(path), aRequest())).body);

test("the folder is made, the mode is set, the file goes when the listener closes", async () => {
  const path = join(folder, "run/pv/pv-ctrl");
  const listener = await network.serve(unix(path), handler, { mode: 0o666 });
  expect(statSync(path).mode & 0o777).toBe(0o666);
  expect(await ask(path)).toBe("here");
  await listener.close();
  expect(existsSync(path)).toBe(false);
});

test("a path of more than 107 bytes is bound elsewhere and linked; clients follow", async () => {
  const path = join(folder, "d".repeat(100), "é".repeat(50), "pv-ctrl");
  const listener = await network.serve(unix(path), handler);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  const target = readlinkSync(path);
  expect(Buffer.byteLength(target)).toBeLessThanOrEqual(107);
  expect(await ask(path)).toBe("here");
  await listener.close();
  expect([existsSync(path), existsSync(target), existsSync(dirname(target))]).toEqual([false, false, false]);
});

test("a socket that another program bound below a long folder name is reached", async () => {
  const long = join(folder, "d".repeat(120));
  mkdirSync(long);
  const short = join(folder, "s");
  symlinkSync(long, short);
  const server = createServer((socket) => socket.end("hello\n"));
  await new Promise<void>((resolve) => server.listen(join(short, "x"), resolve));
  const end = new KeepingEnd();
  await network.dial(unix(join(long, "x")), lines, end);
  await end.until(() => end.frames.length === 1);
  expect(end.frames).toEqual(["hello"]);
  server.close();
});

test("a file that nobody answers at is replaced; one that somebody does is in use", async () => {
  const path = join(folder, "s");
  const left = new SocketNetwork(new VirtualTime());
  const old = await left.serve(unix(path), handler);
  await expect(network.serve(unix(path), handler)).rejects.toMatchObject({
    code: "in-use",
    details: { address: `unix:${path}` },
  });
  await old.close();

  const dead = join(folder, "dead");
  symlinkSync(join(folder, "nowhere"), dead);
  await network.serve(unix(dead), handler);
  expect(await ask(dead)).toBe("here");
});

test("the socket file of a process that died is replaced", async () => {
  const path = join(folder, "s");
  const { execFileSync } = await import("node:child_process");
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  expect(() => execFileSync(process.execPath, ["-e", script], { stdio: "ignore" })).toThrow();
  expect(lstatSync(path).isSocket()).toBe(true);
  await network.serve(unix(path), handler);
  expect(await ask(path)).toBe("here");
});

test("a file that is no socket is left alone", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "precious");
  await expect(network.serve(unix(path), handler)).rejects.toMatchObject({ code: "in-use" });
  expect(readFileSync(path, "utf8")).toBe("precious");
});

test("nobody there is refused, whether or not the file is", async () => {
  await expect(network.request(unix(join(folder, "none")), aRequest())).rejects.toMatchObject({ code: "refused" });
});
