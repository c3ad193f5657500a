import type { Behavior } from "../../node/node.ts";
import { featureRelease } from "../../node/software/version.ts";
import { type Answer, CODES, refused, result, resultText, told } from "../../wire/api/answer.ts";
import { haMessage } from "../../wire/messages/high-availability.ts";
import type { HaLink } from "../ha/ha-link.ts";
import { haView } from "../ha/ha-view.ts";
import type { RunningFirewall } from "../running-firewall.ts";
import { haDetailBehaviors } from "./high-availability-details.ts";

type FirewallBehavior = Behavior<RunningFirewall>;

const NOT_ENABLED = refused(CODES.invalidCommand, "High-availability is not enabled");

const tellsHa = (on: string): FirewallBehavior => ({
  on,
  handle: (firewall) => result(haMessage.render(haView(firewall))),
});

/** A command that needs a pair. */
const inPair = (
  on: string,
  handle: (ha: HaLink, firewall: RunningFirewall) => Answer | Promise<Answer>,
): FirewallBehavior => ({
  on: `request.high-availability.${on}`,
  handle: (firewall) => (firewall.ha?.isOn === true ? handle(firewall.ha, firewall) : NOT_ENABLED),
});

const changed = (state: "suspended" | "functional"): Answer => resultText(`Successfully changed HA state to ${state}`);
const NO_PEER = refused(CODES.notFound, "HA peer is not connected");

const suspends = inPair("state.suspend", async (ha) => {
  await ha.suspend();
  return changed("suspended");
});

const resumes = inPair("state.functional", async (ha) => {
  await ha.resume();
  return changed("functional");
});

const ordersPeer = (word: string, state: "suspended" | "functional"): FirewallBehavior =>
  inPair(`state.peer.${word}`, (ha) => (ha.order(state) ? changed(state) : NO_PEER));

const QUEUED = told("HA synchronization job has been queued on peer. Please check job status on peer.");
const NOT_SYNCED = refused(CODES.notFound, "Failed to synchronize running configuration with HA peer");
const BUSY = refused(CODES.notFound, "Another sync is in progress. Please try again later");

/** Configurations go only between equal feature releases. */
const syncsConfig = (what: "running" | "candidate"): FirewallBehavior =>
  inPair(`sync-to-remote.${what}-config`, (ha, firewall) => {
    const { peer } = ha;
    if (peer === undefined || featureRelease(peer.version) !== featureRelease(firewall.state.version))
      return NOT_SYNCED;
    if (peer.syncing) return BUSY;
    return ha.shareConfig(what) ? QUEUED : NOT_SYNCED;
  });

const syncs = (what: string): FirewallBehavior =>
  inPair(`sync-to-remote.${what}`, (ha) => (ha.share(what) ? QUEUED : NO_PEER));

export const haBehaviors: readonly FirewallBehavior[] = [
  tellsHa("show.high-availability.state"),
  tellsHa("show.high-availability.all"),
  ...haDetailBehaviors,
  suspends,
  resumes,
  ordersPeer("suspend", "suspended"),
  ordersPeer("functional", "functional"),
  syncsConfig("running"),
  syncsConfig("candidate"),
  ...["clock", "id-manager", "runtime-state", "certificates", "disk"].map(syncs),
];
