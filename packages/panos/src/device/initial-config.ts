import { administrators, certificates, systemSettings } from "../node/config/initial-parts.ts";
import type { FirewallProfile, HaProfile } from "../node/firewall-profile.ts";
import type { Settings } from "../node/settings.ts";
import { readXml } from "../wire/xml/read.ts";
import type { XmlElement } from "../wire/xml/tree.ts";
import { type Markup, NO_MARKUP, xml } from "../wire/xml/write.ts";
import { bgpConfig } from "./bgp/configured-peers.ts";

/** Data interfaces a simulated firewall has. */
export const INTERFACES = [1, 2, 3, 4] as const;

/** The address of a data interface, as the first configuration has it. */
export const interfaceAddress = (n: number): string => `192.168.${n}.254`;

/** The configuration a firewall starts with. Never empty in `shared`: clients ask for that. */
export function initialFirewallConfig(
  profile: FirewallProfile,
  settings: Settings,
  panoramas: readonly string[],
): XmlElement {
  const [first, second] = panoramas;
  const other = second === undefined ? NO_MARKUP : xml`<panorama-server-2>${second}</panorama-server-2>`;
  const panorama =
    first === undefined
      ? NO_MARKUP
      : xml`<panorama><local-panorama><panorama-server>${first}</panorama-server>${other}</local-panorama></panorama>`;
  const source = xml`<config version="${profile.firstVersion.split(".").slice(0, 2).join(".")}.0" urldb="paloaltonetworks"><mgt-config>${administrators(settings.users)}</mgt-config><shared>${certificates()}</shared><devices><entry name="localhost.localdomain"><deviceconfig>${systemSettings(profile, panorama)}<setting><config><rematch>yes</rematch></config><management><hostname-type-in-syslog>FQDN</hostname-type-in-syslog></management>${routingSetting(profile)}</setting>${highAvailability(profile)}</deviceconfig>${network(profile)}<vsys><entry name="vsys1">${vsys()}</entry></vsys></entry></devices></config>`;
  const reading = readXml(source.markup);
  if (!reading.ok) throw new Error(`unreachable: ${reading.fault.reason}`);
  return reading.root;
}

const routingSetting = (profile: FirewallProfile): Markup =>
  profile.advancedRouting ? xml`<advance-routing>yes</advance-routing>` : NO_MARKUP;

function highAvailability({ ha }: FirewallProfile): Markup {
  if (ha === undefined) return NO_MARKUP;
  return xml`<high-availability><enabled>yes</enabled><group><group-id>1</group-id><mode>${haMode(ha)}</mode><election-option><device-priority>${ha.priority}</device-priority><preemptive>${ha.preemptive ? "yes" : "no"}</preemptive></election-option></group></high-availability>`;
}

const haMode = ({ mode, firstRole }: HaProfile): Markup =>
  mode === "active-passive"
    ? xml`<active-passive/>`
    : xml`<active-active><device-id>${firstRole === "active" ? 0 : 1}</device-id></active-active>`;

function network(profile: FirewallProfile): Markup {
  const interfaces = INTERFACES.map(
    (n) =>
      xml`<entry name="ethernet1/${n}"><layer3><ip><entry name="${interfaceAddress(n)}/24"/></ip></layer3></entry>`,
  );
  const members = INTERFACES.map((n) => xml`<member>ethernet1/${n}</member>`);
  const bgp = bgpConfig(profile);
  const protocol = profile.bgp === undefined ? NO_MARKUP : xml`<protocol>${bgp}</protocol>`;
  const router = profile.advancedRouting
    ? xml`<logical-router><entry name="default"><vrf><entry name="default"><interface>${members}</interface>${bgp}</entry></vrf></entry></logical-router>`
    : xml`<virtual-router><entry name="default"><interface>${members}</interface>${protocol}</entry></virtual-router>`;
  return xml`<network><interface><ethernet>${interfaces}</ethernet></interface>${router}</network>`;
}

function vsys(): Markup {
  const members = INTERFACES.map((n) => xml`<member>ethernet1/${n}</member>`);
  return xml`<display-name>vsys1</display-name><zone><entry name="trust"><network><layer3><member>ethernet1/1</member><member>ethernet1/2</member></layer3></network></entry><entry name="untrust"><network><layer3><member>ethernet1/3</member><member>ethernet1/4</member></layer3></network></entry></zone><address/><rulebase><security><rules><entry name="allow-all"><to><member>any</member></to><from><member>any</member></from><source><member>any</member></source><destination><member>any</member></destination><source-user><member>any</member></source-user><category><member>any</member></category><application><member>any</member></application><service><member>application-default</member></service><action>allow</action></entry></rules></security></rulebase><import><network><interface>${members}</interface></network></import>`;
}
