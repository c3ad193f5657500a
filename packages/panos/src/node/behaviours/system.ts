import { between, type Duration, later } from "@understudy/kernel";
import { result, resultText } from "../../wire/api/answer.ts";
import { systemInfoMessage } from "../../wire/messages/system-info.ts";
import { longTime } from "../../wire/time.ts";
import { childText, descend } from "../../wire/xml/tree.ts";
import { block, raw, xml } from "../../wire/xml/write.ts";
import { hasAdvancedRouting } from "../config/advanced-routing.ts";
import { installedLicenses } from "../licenses/licenses.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";
import { closing } from "../power.ts";
import { familyOf, macAddress } from "../profile.ts";
import { releasedOn } from "../software/update-words.ts";
import { compareVersions } from "../software/version.ts";
import { isOn } from "./system-settings.ts";

/** As the running configuration says; that of a node nobody has configured is its profile's. */
export function hostnameOf(node: ConfiguredNode): string {
  const system = descend(node.effective, "devices", "entry", "deviceconfig", "system");
  const configured = system === undefined ? undefined : childText(system, "hostname");
  return configured === undefined || configured === "" ? node.profile.hostname : configured;
}

/** Only virtual firewalls have one. */
const vmLicenseOf = ({ profile, state }: ConfiguredNode): string =>
  profile.model !== "PA-VM" ? "" : installedLicenses(profile, state).length === 0 ? "none" : "VM-300";

const tellsSystemInfo: Behavior<ConfiguredNode> = {
  on: "show.system.info",
  handle: (node) => {
    const { profile, state } = node;
    return result(
      systemInfoMessage.render({
        hostname: hostnameOf(node),
        ipAddress: profile.ipAddress,
        macAddress: macAddress(profile.serial, 0),
        model: profile.model,
        family: familyOf(profile.model),
        serial: profile.serial,
        version: state.version,
        appVersion: state.appVersion,
        appReleasedOn: releasedOn(state.appVersion),
        antivirusVersion: state.content.antivirus,
        wildfireVersion: state.content.wildfire,
        time: node.now(),
        uptime: between(state.bootedAt, node.now()),
        multiVsys: isOn(node, "multi-vsys"),
        vmLicense: vmLicenseOf(node),
        ...(compareVersions(state.version, "10.2.0") < 0 || profile.kind === "panorama"
          ? {}
          : { advancedRouting: hasAdvancedRouting(node) }),
      }),
    );
  },
};

const tellsClock: Behavior<ConfiguredNode> = {
  on: "show.clock",
  handle: (node) => result(block(`${longTime(node.now(), "UTC")}\n`)),
};

const tellsDataplaneClock: Behavior<ConfiguredNode> = {
  on: "show.clock.more",
  handle: (node) => result(xml`<member>${block(`dataplane time: ${longTime(node.now(), "UTC")}\n`)}</member>`),
};

/** In CDATA, as a device sends it: scripts that wait with `grep` look for the bytes. */
const tellsChassisReady: Behavior<ConfiguredNode> = {
  on: "show.chassis-ready",
  handle: (node) => result(raw(`<![CDATA[${node.state.ready ? "yes" : "no"}]]>`)),
};

/** Both orders are answered at once; the node goes down a little later. */
const goesDown = (on: string, then: "reboot" | "off"): Behavior<ConfiguredNode> => ({
  on,
  handle: (node) =>
    node.change((state, now) => {
      const delay: Duration = node.draw(node.settings.timing.shutdownDelay);
      return { state: closing(state, then, later(now, delay)), result: resultText("Command succeeded with no output") };
    }),
});

export const systemBehaviors: readonly Behavior<ConfiguredNode>[] = [
  tellsSystemInfo,
  tellsClock,
  tellsDataplaneClock,
  tellsChassisReady,
  goesDown("request.restart.system", "reboot"),
  goesDown("request.shutdown.system", "off"),
];
