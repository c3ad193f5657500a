import { expect, test } from "vitest";
import { tcp } from "../network/address.ts";
import type { HttpRequest } from "../network/http.ts";
import { InProcessNetwork } from "../network/in-process/in-process-network.ts";
import { VirtualTime } from "../time/virtual-time.ts";
import { emptyReply } from "./reply.ts";
import { unwellWhile } from "./while-starting.ts";

const get = (target: string): HttpRequest => ({
  method: "GET",
  target,
  version: "1.1",
  headers: [["Host", "cloud"]],
  body: { kind: "empty" },
});

test("a cloud is not well before its lab has started, whatever it says itself; all else it answers", async () => {
  await using network = new InProcessNetwork(new VirtualTime());
  let isStarting = true;
  const at = tcp("cloud", 80);
  const status = async (target: string): Promise<number> => (await network.request(at, get(target))).status;
  await unwellWhile(() => isStarting, network).serve(at, { handle: () => emptyReply(204) });
  expect([await status("/health"), await status("/health?x=1"), await status("/healthy")]).toEqual([503, 503, 204]);
  isStarting = false;
  expect(await status("/health")).toBe(204);
});
