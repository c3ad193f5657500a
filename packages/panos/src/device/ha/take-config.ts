import { injectedFate } from "../../node/jobs/injected-fate.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import { longer } from "../../node/timing.ts";
import { readXml } from "../../wire/xml/read.ts";
import type { Firewall } from "../firewall.ts";
import { withOwnPart } from "./shared-config.ts";

/** Takes over the peer's configuration by an `HA-Sync` job; its own name, addresses and HA settings stay. */
export async function takeConfig(firewall: Firewall, text: string): Promise<void> {
  const reading = readXml(text);
  if (!reading.ok) return;
  const prepared = await firewall.config.prepare(
    firewall.state.config,
    withOwnPart(reading.root, firewall.config.running),
  );
  await firewall.change((state, now) => {
    const fault = firewall.strike("ha-sync");
    const job = {
      type: "HA-Sync",
      task: { kind: "ha-sync", document: prepared.document, coverage: prepared.coverage },
      user: "",
      length: longer(firewall.draw(firewall.settings.timing.commit), fault?.delay),
      fate: injectedFate(fault?.error, 1, (error) => [error]),
    } as const;
    return {
      state: enqueue({ ...state, config: { ...state.config, lastDocument: prepared.lastDocument } }, job, now).node,
      result: undefined,
    };
  });
}
