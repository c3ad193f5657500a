import type { Behavior } from "../../node/node.ts";
import { macAddress } from "../../node/profile.ts";
import { result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { type InterfaceTraffic, renderManagementInterface } from "../../wire/messages/interfaces.ts";
import { xml } from "../../wire/xml/write.ts";
import type { RunningPanorama } from "../running-panorama.ts";

/** Packets a second on the management interface, for each connected firewall and for those who look at Panorama. */
const PACKETS_PER_SECOND = 12;

function traffic(panorama: RunningPanorama): InterfaceTraffic {
  const seconds = Math.max(0, Math.floor((panorama.now() - panorama.state.bootedAt) / 1000));
  const packets = seconds * PACKETS_PER_SECOND;
  return { bytesIn: packets * 420, bytesOut: packets * 380, packetsIn: packets, packetsOut: Math.floor(packets * 0.9) };
}

/** A Panorama has one interface. */
const tellsInterface: Behavior<RunningPanorama> = {
  on: "show.interface",
  handle: (panorama, command) => {
    const name = argumentText(command);
    const { ipAddress, serial } = panorama.profile;
    return name === "management" || name === "all"
      ? result(renderManagementInterface(ipAddress, macAddress(serial, 0), traffic(panorama)))
      : result(xml`<error>Interface '${name}' not found</error>`);
  },
};

export const panoramaInterfaceBehaviors: readonly Behavior<RunningPanorama>[] = [tellsInterface];
