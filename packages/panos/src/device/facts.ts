import { macAddress } from "../node/profile.ts";
import { phaseOf } from "../node/state.ts";
import { roleName } from "../wire/link/ha-frames.ts";
import type { DeviceFacts } from "../wire/link/panorama-frames.ts";
import type { Firewall } from "./firewall.ts";

/** What a firewall tells Panorama of itself. */
export function factsOf(firewall: Firewall, listen: DeviceFacts["listen"]): DeviceFacts {
  const { profile, state, whole } = firewall;
  return {
    serial: profile.serial,
    hostname: profile.hostname,
    ipAddress: profile.ipText,
    macAddress: macAddress(profile.serial, 0),
    model: profile.model,
    version: state.version,
    appVersion: state.appVersion,
    phase: phaseOf(state),
    ready: state.ready,
    bootedAt: state.bootedAt,
    sessions: whole.traffic.sessions,
    routes: whole.traffic.routes,
    arpEntries: whole.traffic.arpEntries,
    diskFreeGb: state.diskFreeGb,
    ...(state.staged === undefined ? {} : { staged: state.staged }),
    ...(state.lastReboot === undefined ? {} : { lastReboot: state.lastReboot }),
    ...(whole.ha === undefined || profile.ha === undefined
      ? {}
      : { haState: roleName(whole.ha.role, profile.ha.mode), haPeer: profile.ha.peerSerial }),
    ...(listen === undefined ? {} : { listen }),
  };
}
