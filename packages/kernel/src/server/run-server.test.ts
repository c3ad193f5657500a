import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { UsageError } from "../errors/understudy-error.ts";
import { tcp } from "../network/address.ts";
import { InProcessNetwork } from "../network/in-process/in-process-network.ts";
import { StorageError } from "../storage/storage.ts";
import { VirtualTime } from "../time/virtual-time.ts";
import { describeFailure } from "./describe-failure.ts";
import { listenAll, servedAddresses } from "./listen.ts";
import { emptyReply } from "./reply.ts";
import { CLOSE_LIMIT_MS, type Running, runServer, SAME_SIGNAL_MS, type ServerProcess } from "./run-server.ts";

class AProcess extends EventEmitter implements ServerProcess {
  readonly env = {};
  out = "";
  err = "";
  exits: number[] = [];
  readonly stdout = { write: (text: string) => (this.out += text) };
  readonly stderr = { write: (text: string) => (this.err += text) };
  exit(code: number): void {
    this.exits.push(code);
  }
}

const aServer = (over: Partial<Running> = {}): Running => ({
  addresses: [{ name: "Pantahub", url: "http://127.0.0.1:7410" }],
  notices: ["Trust it"],
  close: () => Promise.resolve(),
  ...over,
});
const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

test.each(["SIGTERM", "SIGINT"])("a server says where it is and ends with 0 at %s", async (signal) => {
  const host = new AProcess();
  const close = vi.fn(() => Promise.resolve());
  const code = runServer(() => Promise.resolve(aServer({ close })), host);
  await turn();
  await turn();
  expect(host.out).toBe("Pantahub: http://127.0.0.1:7410\nTrust it\n");
  expect(close).not.toHaveBeenCalled();
  host.emit(signal);
  expect(await code).toBe(0);
  expect(close).toHaveBeenCalledOnce();
  expect(host.eventNames()).toEqual([]);
});

test("a server that hangs while closing is cut, and a second signal ends it at once", async () => {
  vi.useFakeTimers();
  try {
    const host = new AProcess();
    const code = runServer(() => Promise.resolve(aServer({ close: () => new Promise(() => {}) })), host);
    await turn();
    await turn();
    host.emit("SIGINT");
    host.emit("SIGINT");
    expect(host.exits).toEqual([]);
    await vi.advanceTimersByTimeAsync(SAME_SIGNAL_MS);
    host.emit("SIGINT");
    expect(host.exits).toEqual([130]);
    await vi.advanceTimersByTimeAsync(CLOSE_LIMIT_MS);
    expect(await code).toBe(0);
    expect(host.err).toBe("Closing took too long; what was still open is cut.\n");
  } finally {
    vi.useRealTimers();
  }
});

test("a signal during the start closes what was started", async () => {
  const host = new AProcess();
  const close = vi.fn(() => Promise.resolve());
  const { promise, resolve } = Promise.withResolvers<Running>();
  const code = runServer(() => promise, host);
  host.emit("SIGINT");
  resolve(aServer({ close }));
  expect(await code).toBe(0);
  expect(close).toHaveBeenCalledOnce();
});

test("a server that ends by itself gives its own exit code", async () => {
  expect(await runServer(() => Promise.resolve(aServer({ ended: Promise.resolve(1) })), new AProcess())).toBe(1);
});

test("a start that fails is one line on stderr and the exit code of its kind", async () => {
  const host = new AProcess();
  expect(await runServer(() => Promise.reject(new UsageError("bad-option", "--port x: expected a port.")), host)).toBe(
    2,
  );
  expect(host.err).toBe("--port x: expected a port.\n");
});

test("failures: expected ones without a stack, unexpected ones with a hint, the stack on request", () => {
  expect(describeFailure(new StorageError("read-only", "The storage ./dev1 is read-only."))).toEqual({
    text: "The storage ./dev1 is read-only.",
    exitCode: 1,
  });
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", path: "./data/x" });
  expect(describeFailure(full)).toEqual({ text: "./data/x: no space left on the disk (ENOSPC).", exitCode: 1 });
  const bug = new TypeError("x is not a function");
  expect(describeFailure(bug).text).toBe(
    "TypeError: x is not a function\nThis is a fault of ours. Set UNDERSTUDY_DEBUG=1 to see where it happened.",
  );
  expect(describeFailure(bug, { UNDERSTUDY_DEBUG: "1" }).text).toContain("run-server.test.ts");
});

test("a port in use names the port and the option, and leaves no listener behind", async () => {
  await using network = new InProcessNetwork(new VirtualTime());
  const handler = { handle: () => emptyReply() };
  await network.serve(tcp("127.0.0.1", 7411), handler);
  const orders = [
    { name: "Pantahub", host: "127.0.0.1", port: 7410, option: "--port" },
    { name: "Pantahub (TLS)", host: "127.0.0.1", port: 7411, option: "--tls-port", tls: { certificate: "", key: "" } },
  ];
  await expect(listenAll(network, handler, orders)).rejects.toThrow(
    "Port 7411 on 127.0.0.1 is in use; choose another one with --tls-port (0 takes a free one).",
  );
  const listeners = await listenAll(network, handler, orders.slice(0, 1));
  expect(servedAddresses(listeners, orders.slice(0, 1))).toEqual([{ name: "Pantahub", url: "http://127.0.0.1:7410" }]);
  expect(servedAddresses(listeners, orders.slice(0, 1), "lab.example")[0]?.url).toBe("http://lab.example:7410");
});
