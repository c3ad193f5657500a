import type { MetadataSources } from "../../wire/device-metadata.ts";
import { runningRevision } from "../../wire/revision-info.ts";
import { isLocalRevision } from "../../wire/revision-name.ts";
import type { Core } from "../core.ts";
import { type FactsSource, simulatedFacts } from "../profile.ts";

/** What the generated device metadata are made from, at this moment. */
export async function metadataSources(core: Core): Promise<MetadataSources> {
  const source = factsOf(core);
  const { used } = await core.world.storage.usage();
  const revision = runningRevision(core.info);
  return {
    facts: source.facts(),
    storage: source.storage(used),
    system: source.system(core.now, core.bootedAt),
    now: core.now,
    hub: hubName(core),
    claimed: core.claimed,
    mode: isLocalRevision(revision) ? "local" : "remote",
    revision,
  };
}

export function factsOf(core: Core): FactsSource {
  const { parts, settings, spec, world } = core;
  return (
    parts.facts ??
    simulatedFacts(settings.profile, spec.id, spec.index, () => world.random.stream("system-load").next())
  );
}

/** `<host>:<port>` of the hub. */
export function hubName(core: Core): string {
  const address = core.endpoint?.address;
  return address?.kind === "tcp" ? `${address.host}:${address.port}` : "";
}
