import type { Behavior } from "../../node/node.ts";
import { result } from "../../wire/api/answer.ts";
import { leaves, xml } from "../../wire/xml/write.ts";
import type { RunningPanorama } from "../running-panorama.ts";

/** Without the level `group` that firewalls have. The other Panorama of the pair is not simulated: it is always there. */
const tellsHa = (on: string): Behavior<RunningPanorama> => ({
  on,
  handle: ({ profile, state }) => {
    if (!profile.haEnabled) return result(xml`<enabled>no</enabled>`);
    const member = (role: "primary" | "secondary", serial: string, ip: string) =>
      leaves({
        "serial-num": serial,
        state: role === "primary" ? "primary-active" : "secondary-passive",
        priority: role,
        preemptive: "no",
        "build-rel": state.version,
        "app-version": state.appVersion,
        "mgmt-ip": ip,
        "mgmt-ipv6": "",
        model: profile.model,
        "conn-status": role === "primary" ? undefined : "up",
      });
    const peerIp = profile.ipAddress.replace(/\d+$/, (last) => String(Number(last) + 1));
    return result(
      xml`<enabled>yes</enabled><local-info>${member("primary", profile.serial, profile.ipAddress)}</local-info><peer-info>${member("secondary", `${profile.serial}-2`, peerIp)}</peer-info><running-sync>synchronized</running-sync><running-sync-enabled>yes</running-sync-enabled>`,
    );
  },
});

export const haBehaviors: readonly Behavior<RunningPanorama>[] = [
  tellsHa("show.high-availability.state"),
  tellsHa("show.high-availability.all"),
];
