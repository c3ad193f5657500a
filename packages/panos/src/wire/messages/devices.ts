import { type Duration, type Instant, parseIso } from "@understudy/kernel";
import { dateTime, parseUptime, uptime } from "../time.ts";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../xml/tree.ts";
import { leaves, type Markup, NO_MARKUP, xml } from "../xml/write.ts";
import { message } from "./message.ts";

/** A firewall as Panorama lists it. What Panorama never learned is an empty text. */
export interface ListedDevice {
  readonly serial: string;
  readonly connected: boolean;
  readonly hostname: string;
  /** Verbatim from the scenario, with the port if it names one. */
  readonly ipAddress: string;
  readonly macAddress: string;
  readonly uptime: Duration;
  readonly family: string;
  readonly model: string;
  readonly version: string;
  readonly appVersion: string;
  readonly connectedAt?: Instant;
  readonly ha?: { readonly state: string; readonly peerSerial: string };
  readonly policyStatus: "In Sync" | "Out of Sync" | "";
}

export const devicesMessage = message<readonly ListedDevice[]>({
  parse(result) {
    const devices = descend(result, "devices");
    return devices === undefined ? undefined : childrenNamed(devices, "entry").map(parseDevice);
  },
  render: (devices) => xml`<devices>${devices.map(renderDevice)}</devices>`,
  describe: (devices) =>
    `${devices.length} firewalls, ${devices.filter((device) => device.connected).length} connected`,
});

const yes = (flag: boolean): string => (flag ? "yes" : "no");

function renderDevice(device: ListedDevice): Markup {
  const fields = leaves({
    serial: device.serial,
    connected: yes(device.connected),
    "unsupported-version": "no",
    "wildfire-rt": "no",
    deactivated: "no",
    hostname: device.hostname,
    "ip-address": device.ipAddress,
    "ipv6-address": "unknown",
    "mac-address": device.macAddress,
    uptime: uptime(device.uptime),
    family: device.family,
    model: device.model,
    "sw-version": device.version,
    "app-version": device.appVersion,
    "av-version": "0",
    "device-dictionary-version": "1-1",
    "wildfire-version": "0",
    "threat-version": device.appVersion,
    "url-db": "paloaltonetworks",
    "url-filtering-version": "20250101.20001",
    "logdb-version": device.version === "" ? "" : device.version.split(".").slice(0, 2).join(".").concat(".0"),
    "vpnclient-package-version": "",
    "global-protect-client-package-version": "0.0.0",
    "prev-app-version": "",
    "prev-av-version": "",
    "prev-threat-version": "",
    "prev-wildfire-version": "",
    "prev-device-dictionary-version": "",
    domain: "",
    "vpn-disable-mode": "no",
    "operational-mode": "normal",
    "certificate-status": "",
    "certificate-subject-name": device.serial,
    "certificate-expiry": "2036/12/31 00:00:00",
    "connected-at": device.connectedAt === undefined ? "" : dateTime(device.connectedAt),
    "custom-certificate-usage": "no",
    "multi-vsys": "no",
  });
  return xml`<entry name="${device.serial}">${fields}${ha(device)}<vsys><entry name="vsys1"><display-name>vsys1</display-name><shared-policy-status>${device.policyStatus}</shared-policy-status><shared-policy-version/><shared-policy-md5sum/></entry></vsys></entry>`;
}

const ha = ({ ha }: ListedDevice): Markup =>
  ha === undefined ? NO_MARKUP : xml`<ha><state>${ha.state}</state><peer><serial>${ha.peerSerial}</serial></peer></ha>`;

function parseDevice(entry: XmlElement): ListedDevice {
  const text = (name: string): string => childText(entry, name) ?? "";
  const haState = descend(entry, "ha");
  const connectedAt = parseIso(`${text("connected-at").replaceAll("/", "-")}Z`);
  const policy = childText(descend(entry, "vsys", "entry") ?? entry, "shared-policy-status");
  return {
    serial: attribute(entry, "name") ?? text("serial"),
    connected: text("connected") === "yes",
    hostname: text("hostname"),
    ipAddress: text("ip-address"),
    macAddress: text("mac-address"),
    uptime: parseUptime(text("uptime")) ?? (0 as Duration),
    family: text("family"),
    model: text("model"),
    version: text("sw-version"),
    appVersion: text("app-version"),
    ...(connectedAt === undefined ? {} : { connectedAt }),
    ...(haState === undefined
      ? {}
      : {
          ha: {
            state: childText(haState, "state") ?? "",
            peerSerial: childText(descend(haState, "peer") ?? haState, "serial") ?? "",
          },
        }),
    policyStatus: policy === "In Sync" || policy === "Out of Sync" ? policy : "",
  };
}
