import { readXml } from "../../wire/xml/read.ts";
import { writeXml } from "../../wire/xml/write.ts";
import { injectedFate } from "../jobs/injected-fate.ts";
import type { JobTask } from "../jobs/job.ts";
import { enqueue } from "../jobs/queue.ts";
import type { ConfiguredNode } from "../node.ts";
import type { NodeState } from "../state.ts";
import { longer } from "../timing.ts";
import { digestOf, withOwnPart } from "./shared-config.ts";

/** Takes over the peer's running configuration by an `HA-Sync` job; its own name, addresses and HA settings stay. */
export async function takeConfig(node: ConfiguredNode, text: string): Promise<void> {
  const reading = readXml(text);
  if (!reading.ok) return;
  const prepared = await node.config.prepare(node.state.config, withOwnPart(reading.root, node.config.running));
  const { document, coverage, lastDocument } = prepared;
  await node.change((state, now) => ({
    state: queued(
      node,
      { ...state, config: { ...state.config, lastDocument } },
      { kind: "ha-sync", document, coverage },
      now,
    ),
    result: undefined,
  }));
}

/** Takes over the peer's candidate configuration, likewise; it stays a candidate. */
export async function takeCandidate(node: ConfiguredNode, text: string): Promise<void> {
  const reading = readXml(text);
  if (!reading.ok) return;
  if (digestOf(reading.root) === digestOf(node.config.candidate)) return takeSync(node, "candidate-config");
  const element = writeXml(withOwnPart(reading.root, node.config.candidate)).markup;
  await node.config.change({ action: "load", xpath: "/config", element }, "", node.now());
  await takeSync(node, "candidate-config");
}

/** Takes over what is no configuration: a job that changes nothing. */
export async function takeSync(node: ConfiguredNode, what: string): Promise<void> {
  const task = { kind: "other", details: [`HA synchronization of ${what} successful`] } as const;
  await node.change((state, now) => ({ state: queued(node, state, task, now), result: undefined }));
}

function queued(node: ConfiguredNode, state: NodeState, task: JobTask, now: Parameters<typeof enqueue>[2]): NodeState {
  const fault = node.strike("ha-sync");
  const job = {
    type: "HA-Sync",
    task,
    user: "",
    length: longer(node.draw(node.settings.timing.commit), fault?.delay),
    fate: injectedFate(fault?.error, 1, (error) => [error]),
  } as const;
  return enqueue(state, job, now).node;
}
