import { leaves, type Markup, xml } from "../xml/write.ts";

/** Counts of sessions as `show session info` tells them. */
export interface SessionCounts {
  readonly active: number;
  readonly max: number;
  readonly tcp: number;
  readonly udp: number;
  readonly icmp: number;
  readonly installed: number;
  readonly kbps: number;
  readonly pps: number;
  readonly cps: number;
}

/** Timers and limits that a device shows with its counts; they do not change. */
const CONSTANTS = {
  "tmo-5gcdelete": 15,
  "tmo-sctpshutdown": 60,
  "tcp-nonsyn-rej": "True",
  "tmo-tcpinit": 5,
  "tmo-tcp": 3600,
  "num-imsi": 0,
  "tmo-cp": 30,
  "num-gtpc": 0,
  "num-http2-5gc": 0,
  "num-bcast": 0,
  "age-scan-ssf": 8,
  "tmo-icmp": 6,
  "age-accel-tsf": 2,
  "num-gtpu-active": 0,
  "num-gtpu-pending": 0,
  "num-pfcpc": 0,
  "num-predict": 0,
  "num-sctp-assoc": 0,
  "num-sctp-sess": 0,
  "num-mcast": 0,
  "tmo-tcptimewait": 15,
  "age-scan-thresh": 80,
  "tmo-tcphandshake": 10,
  "tmo-tcphalfclosed": 120,
  "tmo-tcp-unverif-rst": 30,
  "tmo-tcp-delayed-ack": 25,
  "tmo-sctp": 3600,
  "tmo-sctpcookie": 60,
  "tmo-sctpinit": 5,
  "tmo-udp": 30,
  "tmo-def": 30,
  "dis-def": 60,
  "dis-tcp": 90,
  "dis-udp": 60,
  "dis-sctp": 30,
  "age-scan-tmo": 10,
  "age-accel-thresh": 80,
  "icmp-unreachable-rate": 200,
  "max-pending-mcast": 0,
  "tcp-cong-ctrl": 3,
  "tcp-reject-siw-thresh": 4,
  "vardata-rate": 10_485_760,
  "hw-offload": "True",
  "hw-udp-offload": "True",
  "tcp-reject-siw-enable": "False",
  "age-accel-en": "True",
  "ipv6-fw": "True",
  dp: "*.dp0",
} as const;

export const renderSessionCounts = (counts: SessionCounts): Markup =>
  leaves({
    ...CONSTANTS,
    "num-active": counts.active,
    "num-max": counts.max,
    "num-tcp": counts.tcp,
    "num-udp": counts.udp,
    "num-icmp": counts.icmp,
    "num-installed": counts.installed,
    kbps: counts.kbps,
    pps: counts.pps,
    cps: counts.cps,
  });

/** One session as `show session all` lists it. */
export interface ShownSession {
  readonly id: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly application: string;
  readonly ingress: string;
  readonly egress: string;
  /** As shown: `Tue Mar  4 10:11:12 2025`. */
  readonly startTime: string;
  readonly bytes: number;
}

export const renderSessions = (sessions: readonly ShownSession[]): Markup =>
  xml`${sessions.map(
    (session) =>
      xml`<entry>${leaves({
        dst: session.destination,
        xsource: session.source,
        source: session.source,
        xdst: session.destination,
        xsport: session.sourcePort,
        xdport: session.destinationPort,
        sport: session.sourcePort,
        dport: session.destinationPort,
        proto: session.protocol,
        from: "trust",
        to: "untrust",
        "start-time": session.startTime,
        nat: "False",
        srcnat: "False",
        dstnat: "False",
        proxy: "False",
        "decrypt-mirror": "False",
        state: "ACTIVE",
        type: "FLOW",
        ingress: session.ingress,
        egress: session.egress,
        idx: session.id,
        vsys: "vsys1",
        "vsys-idx": 1,
        application: session.application,
        "security-rule": "allow-all",
        ttl: 3600,
        "total-byte-count": session.bytes,
        flags: "",
      })}</entry>`,
  )}`;
