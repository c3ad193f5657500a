import { leaves, type Markup, xml } from "../xml/write.ts";

/** A data interface: a port, or something that goes over ports. */
export interface ShownInterface {
  readonly name: string;
  readonly id: number;
  readonly mac: string;
  readonly up: boolean;
  /** Only ports are hardware. */
  readonly isPort: boolean;
  /** Empty when it is in none; so is the router. */
  readonly zone: string;
  readonly router: string;
  /** Such as `layer3`. */
  readonly mode: string;
  /** With masks. */
  readonly addresses: readonly string[];
  readonly mtu: number;
  /** Of a VLAN; 0 when it has none. */
  readonly tag: number;
}

const state = (of: ShownInterface): string => (of.up ? "up" : "down");

function hardware(of: ShownInterface): Markup {
  return leaves({
    name: of.name,
    duplex: of.up ? "full" : "auto",
    type: 0,
    state: state(of),
    st: of.up ? "10000/full/up" : "auto/auto/down",
    mac: of.mac,
    mode: "(autoneg)",
    speed: of.up ? 10_000 : "auto",
    id: of.id,
  });
}

const logical = (of: ShownInterface): Markup =>
  leaves({
    name: of.name,
    zone: of.zone,
    fwd: of.router === "" ? "N/A" : `vr:${of.router}`,
    vsys: 1,
    "dyn-addr": "",
    addr6: "",
    tag: of.tag,
    ip: of.addresses[0] ?? "N/A",
    id: of.id,
    addr: "",
  });

export const renderHardware = (interfaces: readonly ShownInterface[]): Markup =>
  xml`<hw>${interfaces.filter(({ isPort }) => isPort).map((one) => xml`<entry>${hardware(one)}</entry>`)}</hw>`;

export const renderInterfaces = (interfaces: readonly ShownInterface[]): Markup =>
  xml`<ifnet>${interfaces.map((one) => xml`<entry>${logical(one)}</entry>`)}</ifnet>${renderHardware(interfaces)}`;

export const renderInterface = (one: ShownInterface, traffic: InterfaceTraffic): Markup =>
  xml`<dp>dp0</dp>${one.isPort ? xml`<hw>${hardware(one)}</hw>` : undefined}<ifnet>${leaves({ name: one.name, mtu: one.mtu, zone: one.zone, vsys: "vsys1", mode: one.mode, service: "" })}<addr>${one.addresses.map((address) => xml`<member>${address}</member>`)}</addr><counters><ifnet><entry>${counters(one.name, traffic)}</entry></ifnet></counters></ifnet>`;

/** What went through an interface since boot. */
export interface InterfaceTraffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
}

const counters = (name: string, traffic: InterfaceTraffic): Markup =>
  leaves({
    name,
    ibytes: traffic.bytesIn,
    obytes: traffic.bytesOut,
    ipackets: traffic.packetsIn,
    opackets: traffic.packetsOut,
    ierrors: 0,
    idrops: 0,
    flowstate: 0,
    ifwderrors: 0,
    noroute: 0,
    noarp: 0,
    noneigh: 0,
    neighpend: 0,
    nomac: 0,
    zonechange: 0,
    land: 0,
    pod: 0,
    teardrop: 0,
    ipspoof: 0,
    macspoof: 0,
    icmp_frag: 0,
    tcp_conn: 0,
    udp_conn: 0,
    sctp_conn: 0,
    other_conn: 0,
  });

export const renderCounters = (name: string, traffic: InterfaceTraffic): Markup =>
  xml`<hw><entry><name>${name}</name><interface>${name}</interface>${leaves({ ibytes: traffic.bytesIn, obytes: traffic.bytesOut, ipackets: traffic.packetsIn, opackets: traffic.packetsOut, ierrors: 0, idrops: 0 })}</entry></hw><ifnet><ifnet><entry>${counters(name, traffic)}</entry></ifnet></ifnet>`;

export const renderManagementInterface = (ip: string, mac: string, traffic: InterfaceTraffic): Markup =>
  xml`<info>${leaves({ name: "Management Interface", ip, netmask: "255.255.255.0", gw: ip.replace(/\.\d+$/, ".254"), ipv6: "unknown", "ipv6-link": "fe80::1/64", ipv6gw: "", hwaddr: mac, speed: 1000, duplex: "full", state: "up" })}</info><counters>${leaves({ "rx-bytes": traffic.bytesIn, "tx-bytes": traffic.bytesOut, "rx-packets": traffic.packetsIn, "tx-packets": traffic.packetsOut, "rx-errors": 0, "tx-errors": 0, "rx-drops": 0, "tx-drops": 0, "rx-multicast": 0, "tx-carrier": 0 })}</counters>`;
