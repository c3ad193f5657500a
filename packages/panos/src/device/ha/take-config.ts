import { injectedFate } from "../../node/jobs/injected-fate.ts";
import type { JobTask } from "../../node/jobs/job.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import type { NodeState } from "../../node/state.ts";
import { longer } from "../../node/timing.ts";
import { readXml } from "../../wire/xml/read.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { Firewall } from "../firewall.ts";
import { digestOf, withOwnPart } from "./shared-config.ts";

/** Takes over the peer's running configuration by an `HA-Sync` job; its own name, addresses and HA settings stay. */
export async function takeConfig(firewall: Firewall, text: string): Promise<void> {
  const reading = readXml(text);
  if (!reading.ok) return;
  const prepared = await firewall.config.prepare(
    firewall.state.config,
    withOwnPart(reading.root, firewall.config.running),
  );
  const { document, coverage, lastDocument } = prepared;
  await firewall.change((state, now) => ({
    state: queued(
      firewall,
      { ...state, config: { ...state.config, lastDocument } },
      { kind: "ha-sync", document, coverage },
      now,
    ),
    result: undefined,
  }));
}

/** Takes over the peer's candidate configuration, likewise; it stays a candidate. */
export async function takeCandidate(firewall: Firewall, text: string): Promise<void> {
  const reading = readXml(text);
  if (!reading.ok) return;
  if (digestOf(reading.root) === digestOf(firewall.config.candidate)) return takeSync(firewall, "candidate-config");
  const element = writeXml(withOwnPart(reading.root, firewall.config.candidate)).markup;
  await firewall.config.change({ action: "load", xpath: "/config", element }, "", firewall.now());
  await takeSync(firewall, "candidate-config");
}

/** Takes over what is no configuration: a job that changes nothing. */
export async function takeSync(firewall: Firewall, what: string): Promise<void> {
  const task = { kind: "other", details: [`HA synchronization of ${what} successful`] } as const;
  await firewall.change((state, now) => ({ state: queued(firewall, state, task, now), result: undefined }));
}

function queued(firewall: Firewall, state: NodeState, task: JobTask, now: Parameters<typeof enqueue>[2]): NodeState {
  const fault = firewall.strike("ha-sync");
  const job = {
    type: "HA-Sync",
    task,
    user: "",
    length: longer(firewall.draw(firewall.settings.timing.commit), fault?.delay),
    fate: injectedFate(fault?.error, 1, (error) => [error]),
  } as const;
  return enqueue(state, job, now).node;
}
