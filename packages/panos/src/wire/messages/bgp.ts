import { between, type Instant } from "@understudy/kernel";
import { leaves, type Markup, xml } from "../xml/write.ts";

/** A BGP peer with how the session with it is. */
export interface BgpPeer {
  readonly router: string;
  readonly group: string;
  readonly name: string;
  readonly remoteAs: string;
  readonly localAs: string;
  readonly routerId: string;
  readonly peerRouterId: string;
  readonly address: string;
  readonly localAddress: string;
  readonly interface: string;
  readonly status: "Idle" | "Active" | "Established";
  readonly since: Instant;
  readonly prefixesIn: number;
  readonly prefixesOut: number;
  readonly establishedCount: number;
  readonly flaps: number;
  readonly lastError: string;
}

const HOLD_SECONDS = 90;
const KEEPALIVE_SECONDS = 30;

const secondsSince = (peer: BgpPeer, now: Instant): number => Math.floor(between(peer.since, now) / 1000);

/** One keepalive goes each way per interval, besides an update per hundred routes. */
const messages = (peer: BgpPeer, now: Instant, routes: number): number =>
  peer.status === "Established"
    ? 2 + Math.ceil(routes / 100) + Math.floor(secondsSince(peer, now) / KEEPALIVE_SECONDS)
    : 0;

/** Peers one by one; nothing at all where there are none. */
export const renderBgpPeers = (peers: readonly BgpPeer[], now: Instant): Markup =>
  xml`${peers.map((peer) => xml`<entry peer="${peer.name}" vr="${peer.router}">${peerFields(peer, now)}</entry>`)}`;

function peerFields(peer: BgpPeer, now: Instant): Markup {
  const up = peer.status === "Established";
  const session = leaves({
    "peer-group": peer.group,
    "peer-router-id": peer.peerRouterId,
    "remote-as": peer.remoteAs,
    status: peer.status,
    "status-duration": secondsSince(peer, now),
    "password-set": "no",
    passive: "no",
    "multi-hop-ttl": 1,
    "peer-address": up ? `${peer.address}:179` : peer.address,
    "local-address": up ? `${peer.localAddress}:35355` : peer.localAddress,
    "reflector-client": "not-client",
    "same-confederation": "no",
    "aggregate-confed-as": "yes",
    "peering-type": "Unspecified",
    "connect-retry-interval": 15,
    "open-delay": 0,
    "idle-hold": 15,
    "prefix-limit": 5000,
    holdtime: up ? HOLD_SECONDS : 0,
    "holdtime-config": HOLD_SECONDS,
    keepalive: up ? KEEPALIVE_SECONDS : 0,
    "keepalive-config": KEEPALIVE_SECONDS,
    "msg-update-in": Math.ceil(peer.prefixesIn / 100),
    "msg-update-out": Math.ceil(peer.prefixesOut / 100),
    "msg-total-in": messages(peer, now, peer.prefixesIn),
    "msg-total-out": messages(peer, now, peer.prefixesOut),
    "last-update-age": up ? secondsSince(peer, now) : 0,
    "last-error": peer.lastError,
    "status-flap-counts": peer.flaps,
    "established-counts": peer.establishedCount,
    "ORF-entry-received": 0,
    "nexthop-self": "no",
    "nexthop-thirdparty": "yes",
    "nexthop-peer": "no",
  });
  const prefixes = leaves({
    "incoming-total": peer.prefixesIn,
    "incoming-accepted": peer.prefixesIn,
    "incoming-rejected": 0,
    "policy-rejected": 0,
    "outgoing-total": peer.prefixesOut,
    "outgoing-advertised": peer.prefixesOut,
  });
  return xml`${session}<config><remove-private-as>no</remove-private-as></config><prefix-counter><entry afi-safi="bgpAfiIpv4-unicast">${prefixes}</entry></prefix-counter>`;
}

/** One entry per router that speaks BGP. */
export const renderBgpSummary = (peers: readonly BgpPeer[]): Markup =>
  xml`${[...Map.groupBy(peers, ({ router }) => router)].map(([router, its]) => xml`<entry>${summary(router, its)}</entry>`)}`;

const summary = (router: string, peers: readonly BgpPeer[]): Markup =>
  xml`${leaves({
    "virtual-router": router,
    "router-id": peers[0]?.routerId ?? "",
    "local-as": peers[0]?.localAs ?? "",
    "peer-count": peers.length,
    "established-peer-count": peers.filter(({ status }) => status === "Established").length,
    "prefix-count": peers.reduce((total, { prefixesIn }) => total + prefixesIn, 0),
  })}<peers>${peers.map(({ name, address, remoteAs, status, prefixesIn }) => xml`<entry name="${name}">${leaves({ "peer-address": address, "remote-as": remoteAs, status, prefixes: prefixesIn })}</entry>`)}</peers>`;

/** The same of the advanced routing engine: JSON in an element. */
export const renderAdvancedPeers = (peers: readonly BgpPeer[], now: Instant): Markup =>
  xml`<json>${JSON.stringify(
    Object.fromEntries(
      peers.map((peer) => [
        peer.name,
        {
          "logical-router": peer.router,
          "peer-group": peer.group,
          "peer-ip": peer.address,
          "local-ip": peer.localAddress,
          "remote-as": Number(peer.remoteAs),
          "local-as": Number(peer.localAs),
          "peer-router-id": peer.peerRouterId,
          state: peer.status,
          "status-time": secondsSince(peer, now),
          "prefixes-received": peer.prefixesIn,
          "prefixes-advertised": peer.prefixesOut,
        },
      ]),
    ),
  )}</json>`;

export const renderAdvancedSummary = (peers: readonly BgpPeer[]): Markup =>
  xml`<json>${JSON.stringify(
    Object.fromEntries(
      [...Map.groupBy(peers, ({ router }) => router)].map(([router, its]) => [
        router,
        {
          "router-id": its[0]?.routerId ?? "",
          "local-as": Number(its[0]?.localAs ?? 0),
          "total-peers": its.length,
          "established-peers": its.filter(({ status }) => status === "Established").length,
          peers: Object.fromEntries(
            its.map(({ name, status, remoteAs }) => [name, { state: status, "remote-as": Number(remoteAs) }]),
          ),
        },
      ]),
    ),
  )}</json>`;
