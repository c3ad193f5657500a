import { injectedFate } from "../node/jobs/injected-fate.ts";
import { enqueue } from "../node/jobs/queue.ts";
import { longer } from "../node/timing.ts";
import type { PanoramaFrame } from "../wire/link/panorama-frames.ts";
import { readXml } from "../wire/xml/read.ts";
import { descend, element, type XmlElement } from "../wire/xml/tree.ts";
import type { Firewall } from "./firewall.ts";

/** Takes over what Panorama pushes, by a `CommitAll` job. A part that was not pushed stays as it was. */
export async function takePush(firewall: Firewall, push: Extract<PanoramaFrame, { kind: "deliver" }>): Promise<void> {
  const { pushed } = firewall.state.config;
  const before = pushed === undefined ? undefined : await firewall.config.read(pushed);
  const parts = [part(push.policy) ?? descend(before, "vsys"), part(push.template) ?? descend(before, "template")];
  const tree = element(
    "pushed",
    parts.filter((one) => one !== undefined),
  );
  const prepared = await firewall.config.prepare(firewall.state.config, tree);
  await firewall.change((state, now) => {
    const fault = firewall.strike("push");
    const job = {
      type: "CommitAll",
      task: { kind: "pushed", document: prepared.document, order: push.order },
      user: push.admin,
      length: longer(firewall.draw(firewall.settings.timing.commit), fault?.delay),
      fate: injectedFate(fault?.error, 1, (error) => [error]),
    } as const;
    return {
      state: enqueue({ ...state, config: { ...state.config, lastDocument: prepared.lastDocument } }, job, now).node,
      result: undefined,
    };
  });
}

function part(text: string | undefined): XmlElement | undefined {
  const reading = text === undefined ? undefined : readXml(text);
  return reading?.ok === true ? reading.root : undefined;
}
