import { leaves, type Markup, xml } from "../xml/write.ts";

/** A data interface. */
export interface ShownInterface {
  readonly name: string;
  readonly id: number;
  readonly mac: string;
  readonly up: boolean;
  readonly zone: string;
  /** With mask; empty when it has none. */
  readonly address: string;
  readonly mtu: number;
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
    fwd: "vr:default",
    vsys: 1,
    "dyn-addr": "",
    addr6: "",
    tag: 0,
    ip: of.address === "" ? "N/A" : of.address,
    id: of.id,
    addr: "",
  });

export const renderHardware = (interfaces: readonly ShownInterface[]): Markup =>
  xml`<hw>${interfaces.map((one) => xml`<entry>${hardware(one)}</entry>`)}</hw>`;

export const renderInterfaces = (interfaces: readonly ShownInterface[]): Markup =>
  xml`<ifnet>${interfaces.map((one) => xml`<entry>${logical(one)}</entry>`)}</ifnet>${renderHardware(interfaces)}`;

export const renderInterface = (one: ShownInterface, traffic: InterfaceTraffic): Markup =>
  xml`<dp>dp0</dp><hw>${hardware(one)}</hw><ifnet>${leaves({ name: one.name, mtu: one.mtu, zone: one.zone, vsys: "vsys1", mode: "layer3", service: "" })}<addr>${one.address === "" ? "" : xml`<member>${one.address}</member>`}</addr><counters><ifnet><entry>${counters(one.name, traffic)}</entry></ifnet></counters></ifnet>`;

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
