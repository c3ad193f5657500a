import { type Duration, type Instant, parseIso } from "@understudy/kernel";
import { longTime, parseUptime, uptime } from "../time.ts";
import { childText, descend } from "../xml/tree.ts";
import { leaves, xml } from "../xml/write.ts";
import { message } from "./message.ts";

/** What `show system info` tells of a node. */
export interface SystemInfo {
  readonly hostname: string;
  readonly ipAddress: string;
  readonly macAddress: string;
  readonly model: string;
  /** Such as `3200`. */
  readonly family: string;
  readonly serial: string;
  readonly version: string;
  readonly appVersion: string;
  /** Such as `2025/01/01 00:00:00 UTC`. */
  readonly appReleasedOn: string;
  readonly antivirusVersion: string;
  readonly wildfireVersion: string;
  readonly time: Instant;
  readonly uptime: Duration;
  readonly multiVsys: boolean;
  /** Such as `VM-300`, or `none`; empty on hardware. */
  readonly vmLicense: string;
  /** `undefined` on releases that do not know of it. */
  readonly advancedRouting?: boolean;
}

const onOff = (flag: boolean): string => (flag ? "on" : "off");

export const systemInfoMessage = message<SystemInfo>({
  parse(result) {
    const system = descend(result, "system");
    if (system === undefined) return undefined;
    const text = (name: string): string => childText(system, name) ?? "";
    const advanced = childText(system, "advanced-routing");
    return {
      hostname: text("hostname"),
      ipAddress: text("ip-address"),
      macAddress: text("mac-address"),
      model: text("model"),
      family: text("family"),
      serial: text("serial"),
      version: text("sw-version"),
      appVersion: text("app-version"),
      appReleasedOn: text("app-release-date"),
      antivirusVersion: text("av-version"),
      wildfireVersion: text("wildfire-version"),
      time: parseLongTime(text("time")),
      uptime: parseUptime(text("uptime")) ?? (0 as Duration),
      multiVsys: text("multi-vsys") === "on",
      vmLicense: text("vm-license"),
      ...(advanced === undefined ? {} : { advancedRouting: advanced === "on" }),
    };
  },
  render: (info) => xml`<system>${leaves(fields(info))}</system>`,
  describe: (info) => `${info.hostname} (${info.model}, ${info.serial}) runs ${info.version}`,
});

function fields(info: SystemInfo): Readonly<Record<string, string | undefined>> {
  const gateway = info.ipAddress.replace(/\.\d+$/, ".254");
  return {
    hostname: info.hostname,
    "ip-address": info.ipAddress,
    "public-ip-address": "unknown",
    netmask: "255.255.255.0",
    "default-gateway": gateway,
    "is-dhcp": "no",
    "ipv6-address": "unknown",
    "ipv6-link-local-address": "fe80::1/64",
    "mac-address": info.macAddress,
    time: `${longTime(info.time)}\n`,
    uptime: uptime(info.uptime),
    devicename: info.hostname,
    family: info.family,
    model: info.model,
    serial: info.serial,
    ...virtualFields(info),
    "cloud-mode": "non-cloud",
    "sw-version": info.version,
    "global-protect-client-package-version": "0.0.0",
    "device-dictionary-version": "1-1",
    "app-version": info.appVersion,
    "app-release-date": info.appReleasedOn,
    "av-version": info.antivirusVersion,
    "threat-version": info.appVersion,
    "wildfire-version": info.wildfireVersion,
    "wildfire-rt": "Disabled",
    "url-filtering-version": "20250101.20001",
    "logdb-version": info.version.split(".").slice(0, 2).join(".").concat(".0"),
    "platform-family": info.family,
    "vpn-disable-mode": "off",
    "multi-vsys": onOff(info.multiVsys),
    "system-mode": isPanoramaModel(info.model) ? "panorama" : undefined,
    "operational-mode": "normal",
    "advanced-routing": info.advancedRouting === undefined ? undefined : onOff(info.advancedRouting),
    "device-certificate-status": "None",
  };
}

/** Whether a model is a Panorama rather than a firewall. */
export const isPanoramaModel = (model: string): boolean => model === "Panorama" || model.startsWith("M-");

function virtualFields(info: SystemInfo): Readonly<Record<string, string>> {
  if (info.model !== "PA-VM") return {};
  return {
    "vm-mac-base": "BA:DB:EE:FB:AD:00",
    "vm-mac-count": "255",
    "vm-uuid": `564D0000-0000-0000-0000-${info.serial.slice(-12).padStart(12, "0")}`,
    "vm-cpuid": `ESX:${info.serial}`,
    "vm-license": info.vmLicense,
    "vm-cap-tier": "T2-14GB",
    "vm-cpu-count": "4",
    "vm-cores": "4",
    "vm-mem": "14336000",
    "vm-mode": "VMware ESXi",
  };
}

function parseLongTime(text: string): Instant {
  const [, month = "", day = "", time = "", year = ""] = text.trim().split(/\s+/);
  const number = "JanFebMarAprMayJunJulAugSepOctNovDec".indexOf(month) / 3 + 1;
  return parseIso(`${year}-${String(number).padStart(2, "0")}-${day.padStart(2, "0")}T${time}Z`) ?? (0 as Instant);
}
