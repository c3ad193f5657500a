import { administrators, certificates, systemSettings } from "../node/config/initial-parts.ts";
import type { Settings } from "../node/settings.ts";
import { readXml } from "../wire/xml/read.ts";
import type { XmlElement } from "../wire/xml/tree.ts";
import { NO_MARKUP, xml } from "../wire/xml/write.ts";
import type { PanoramaProfile } from "./panorama-profile.ts";

/** What Panorama's first configuration tells of one firewall. */
export interface ManagedFirewall {
  readonly serial: string;
  readonly deviceGroup: string;
  readonly templateStack: string;
}

/** The configuration a Panorama starts with: its firewalls in their device groups and template stacks. */
export function initialPanoramaConfig(
  profile: PanoramaProfile,
  settings: Settings,
  firewalls: readonly ManagedFirewall[],
): XmlElement {
  const groups = Map.groupBy(firewalls, ({ deviceGroup }) => deviceGroup);
  const stacks = Map.groupBy(firewalls, ({ templateStack }) => templateStack);
  const members = (of: readonly ManagedFirewall[]) => of.map(({ serial }) => xml`<entry name="${serial}"/>`);
  const templateOf = (stack: string): string => `${stack.replace(/-stack$/, "")}-template`;
  const deviceGroups = [...groups].map(
    ([name, of]) => xml`<entry name="${name}"><devices>${members(of)}</devices></entry>`,
  );
  const templates = [...stacks.keys()].map(
    (name) =>
      xml`<entry name="${templateOf(name)}"><settings><default-vsys>vsys1</default-vsys></settings><config><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"/></vsys></entry></devices></config></entry>`,
  );
  const templateStacks = [...stacks].map(
    ([name, of]) =>
      xml`<entry name="${name}"><templates><member>${templateOf(name)}</member></templates><devices>${members(of)}</devices></entry>`,
  );
  const readonly = [...groups.keys()].map((name, at) => xml`<entry name="${name}"><id>${at + 11}</id></entry>`);
  const source = xml`<config version="${profile.firstVersion.split(".").slice(0, 2).join(".")}.0" urldb="paloaltonetworks"><mgt-config>${administrators(settings.users)}<devices>${members(firewalls)}</devices></mgt-config><shared>${certificates()}</shared><panorama/><devices><entry name="localhost.localdomain"><deviceconfig>${systemSettings(profile, NO_MARKUP)}</deviceconfig><device-group>${deviceGroups}</device-group><template>${templates}</template><template-stack>${templateStacks}</template-stack></entry></devices><readonly><devices><entry name="localhost.localdomain"><device-group>${readonly}</device-group></entry></devices></readonly></config>`;
  const reading = readXml(source.markup);
  if (!reading.ok) throw new Error(`unreachable: ${reading.fault.reason}`);
  return reading.root;
}
