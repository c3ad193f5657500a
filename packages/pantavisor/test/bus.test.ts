import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type Channel, type ChannelEnd, unix } from "@understudy/kernel";
import { expect, test } from "vitest";
import { pantavisor } from "../src/site/pantavisor.ts";
import { type BusMessage, type BusName, busMessage } from "../src/wire/bus/bus-message.ts";
import { type BusFrame, type BusStyle, busProtocol } from "../src/wire/bus/bus-protocol.ts";
import { LIVE, type LiveDevice, liveDevice } from "./live-device.ts";

/** A peer of the bus, over the real socket. */
class Peer {
  readonly #socket: Socket;
  readonly #style: BusStyle;
  readonly got: BusMessage[] = [];

  constructor(path: string, style: BusStyle) {
    this.#style = style;
    this.#socket = connect(path);
    const decoder = busProtocol.decoder();
    this.#socket.on("data", (chunk: Buffer) =>
      this.got.push(...decoder.push(chunk).flatMap(({ message }) => (message === undefined ? [] : [message]))),
    );
    this.#socket.on("error", () => undefined);
  }

  send(message: BusMessage): void {
    this.#socket.write(busProtocol.encode({ style: this.#style, message }));
  }

  register(as: BusName): void {
    this.send(busMessage(as, "core", "subsystem_init"));
    this.send(busMessage(as, "core", "subsystem_ready"));
  }

  types(): readonly string[] {
    return this.got.map(({ type }) => type);
  }

  find(type: string): BusMessage | undefined {
    return this.got.find((message) => message.type === type);
  }

  close(): void {
    this.#socket.destroy();
  }
}

const peerOf = (live: LiveDevice, style: BusStyle = "frames"): Peer =>
  new Peer(join(live.folder, "mocker.sock"), style);
const isIn = (live: LiveDevice, phase: string) => (): boolean => live.device.state().phase === phase;

async function publish(live: LiveDevice): Promise<void> {
  await live.cell.act(pantavisor, "pantahub", "publish", { objects: { a: "content" } }, [LIVE]);
}

test.each<BusStyle>(["frames", "lines"])("a renderer speaking %s sees an update and decides it", async (style) => {
  await using live = await liveDevice({ bus: true, logs: true }, { hub: true });
  const peer = peerOf(live, style);
  peer.register("renderer");
  await live.until(isIn(live, "idle"), "idle");
  await publish(live);
  await live.until(() => peer.find("update_required") !== undefined, "the question");
  const { id = "" } = (peer.find("get_user_input")?.data ?? {}) as { id?: string };
  expect(id).toBe("update-1");
  peer.send(busMessage("renderer", "background_job", "user_response", { id: "update-99", answer: "done" }));
  await live.until(() => peer.find("response_error") !== undefined, "the refusal of a stale answer");
  peer.send(
    busMessage("renderer", "background_job", style === "frames" ? "user_response" : "user_decision", {
      id,
      answer: "updated",
    }),
  );
  await live.until(() => live.device.state()["revision"] === "1" && isIn(live, "idle")(), "the end");
  expect(live.device.state()["status"]).toBe("UPDATED");
  const types = new Set(peer.types());
  for (const type of [
    "response_ok",
    "render_state_change",
    "render_update",
    "render_log",
    "sync_started",
    "sync_progress",
    "sync_completed",
    "get_user_input",
  ]) {
    expect(types).toContain(type);
  }
  peer.close();
});

test("while a renderer is there the question waits; when the last one leaves it has its ten seconds", async () => {
  await using live = await liveDevice({ bus: true, timing: { rebootMs: 100 } }, { hub: true, scale: 40 });
  const peer = peerOf(live);
  peer.register("renderer");
  await live.until(isIn(live, "idle"), "idle");
  await publish(live);
  await live.until(() => peer.find("update_required") !== undefined, "the question");
  const before = live.cell.time.now();
  await live.until(() => live.cell.time.now() - before > 30_000, "half a minute");
  expect(live.device.state().phase).toBe("testing");
  peer.close();
  await live.until(() => live.device.state()["revision"] === "1" && isIn(live, "idle")(), "the end");
  expect(live.device.state()["status"]).toBe("DONE");
});

test("a plain word answers the question that has it; a late one decides nothing", async () => {
  await using live = await liveDevice({ bus: true, decisionTimeoutSeconds: "wait" }, { hub: true });
  await live.until(isIn(live, "idle"), "idle");
  await publish(live);
  await live.until(() => live.device.state()["question"] !== undefined, "the question");
  const peer = peerOf(live, "lines");
  peer.register("renderer");
  await live.until(() => peer.find("update_required") !== undefined, "the question, for one who comes later");
  peer.send(busMessage("renderer", "background_job", "user_response", "error_status"));
  await live.until(() => live.device.state()["status"] === "ERROR", "the end");
  peer.send(busMessage("renderer", "background_job", "user_response", "done"));
  await live.until(() => peer.find("response_error") !== undefined, "the refusal");
  await publish(live);
  await live.until(
    () => live.device.state()["trying"] === "2" && live.device.state()["question"] !== undefined,
    "the next question",
  );
  expect(live.device.state().phase).toBe("testing");
  peer.close();
});

test("64 peers are served, and one more is turned away", async () => {
  await using live = await liveDevice({ bus: true });
  const peers = Array.from({ length: 64 }, () => peerOf(live));
  for (const peer of peers) peer.register("logger");
  await live.until(() => peers.every((peer) => peer.find("response_ok") !== undefined), "64 answers");
  let closed = false;
  const end: ChannelEnd<BusFrame> = {
    frame: () => undefined,
    closed: () => {
      closed = true;
    },
  };
  const dialled: Channel<BusFrame> | undefined = await live.cell.network
    .dial(unix(join(live.folder, "mocker.sock")), busProtocol, end)
    .catch(() => undefined);
  await live.until(() => dialled === undefined || closed, "the refusal");
  for (const peer of peers) peer.close();
});
