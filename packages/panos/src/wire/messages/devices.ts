import { type Duration, type Instant, parseIso } from "@understudy/kernel";
import { dateTime, parseUptime, uptime } from "../time.ts";
import { escapeAttribute, escapeText } from "../xml/characters.ts";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../xml/tree.ts";
import { type Markup, raw } from "../xml/write.ts";
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

const listed = message<readonly ListedDevice[]>({
  parse(result) {
    const devices = descend(result, "devices");
    return devices === undefined ? undefined : childrenNamed(devices, "entry").map(parseDevice);
  },
  render: (devices) => raw([...devicePieces(devices)].map(({ markup }) => markup).join("")),
  describe: (devices) =>
    `${devices.length} firewalls, ${devices.filter((device) => device.connected).length} connected`,
});

/** The list of firewalls; a long one is written in pieces. */
export const devicesMessage = Object.freeze({ ...listed, pieces: devicePieces });

/** Firewalls in one piece of a long list: some 90 kB. */
const PIECE = 64;

/** The list as pieces that are written as they are asked for. */
function* devicePieces(devices: Iterable<ListedDevice>): Generator<Markup, void, undefined> {
  let piece = "<devices>";
  let count = 0;
  for (const device of devices) {
    piece += renderDevice(device);
    if (++count % PIECE !== 0) continue;
    yield raw(piece);
    piece = "";
  }
  yield raw(`${piece}</devices>`);
}

const yes = (flag: boolean): string => (flag ? "yes" : "no");

const text = (name: string, value: string): string =>
  value === "" ? `<${name}/>` : `<${name}>${escapeText(value)}</${name}>`;

/** Fields that are the same for every firewall. */
const BEFORE_HOSTNAME =
  "<unsupported-version>no</unsupported-version><wildfire-rt>no</wildfire-rt><deactivated>no</deactivated>";
const AFTER_CONTENT =
  "<av-version>0</av-version><device-dictionary-version>1-1</device-dictionary-version><wildfire-version>0</wildfire-version><url-db>paloaltonetworks</url-db><url-filtering-version>20250101.20001</url-filtering-version><vpnclient-package-version/><global-protect-client-package-version>0.0.0</global-protect-client-package-version><prev-app-version/><prev-av-version/><prev-threat-version/><prev-wildfire-version/><prev-device-dictionary-version/><domain/><vpn-disable-mode>no</vpn-disable-mode><operational-mode>normal</operational-mode><certificate-status/><certificate-expiry>2036/12/31 00:00:00</certificate-expiry><custom-certificate-usage>no</custom-certificate-usage><multi-vsys>no</multi-vsys>";

/** One string per firewall: ten thousand of them are written at a time. */
function renderDevice(device: ListedDevice): string {
  const serial = escapeAttribute(device.serial);
  const logdb = device.version === "" ? "" : `${device.version.split(".", 2).join(".")}.0`;
  const since = device.connectedAt === undefined ? "" : dateTime(device.connectedAt);
  return `<entry name="${serial}"><serial>${serial}</serial><connected>${yes(device.connected)}</connected>${BEFORE_HOSTNAME}${text("hostname", device.hostname)}${text("ip-address", device.ipAddress)}<ipv6-address>unknown</ipv6-address><mac-addr>${device.macAddress}</mac-addr><uptime>${uptime(device.uptime)}</uptime>${text("family", device.family)}${text("model", device.model)}${text("sw-version", device.version)}${text("app-version", device.appVersion)}${text("threat-version", device.appVersion)}${text("logdb-version", logdb)}${text("connected-at", since)}<certificate-subject-name>${serial}</certificate-subject-name>${AFTER_CONTENT}${ha(device)}<vsys><entry name="vsys1"><display-name>vsys1</display-name>${text("shared-policy-status", device.policyStatus)}<shared-policy-version/><shared-policy-md5sum/></entry></vsys></entry>`;
}

const ha = ({ ha }: ListedDevice): string =>
  ha === undefined ? "" : `<ha>${text("state", ha.state)}<peer>${text("serial", ha.peerSerial)}</peer></ha>`;

function parseDevice(entry: XmlElement): ListedDevice {
  const told = (name: string): string => childText(entry, name) ?? "";
  const haState = descend(entry, "ha");
  const connectedAt = parseIso(`${told("connected-at").replaceAll("/", "-")}Z`);
  const policy = childText(descend(entry, "vsys", "entry") ?? entry, "shared-policy-status");
  return {
    serial: attribute(entry, "name") ?? told("serial"),
    connected: told("connected") === "yes",
    hostname: told("hostname"),
    ipAddress: told("ip-address"),
    macAddress: told("mac-addr"),
    uptime: parseUptime(told("uptime")) ?? (0 as Duration),
    family: told("family"),
    model: told("model"),
    version: told("sw-version"),
    appVersion: told("app-version"),
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
