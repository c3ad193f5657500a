import { between } from "@understudy/kernel";
import { result, resultText } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import {
  renderDataPlaneLoad,
  renderDiskSpace,
  renderEnvironmentals,
  renderResources,
} from "../../wire/messages/resources.ts";
import { childText, descend } from "../../wire/xml/tree.ts";
import { block, leaves, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { isRunning } from "../jobs/job.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";
import { macAddress } from "../profile.ts";
import { compareVersions } from "../software/version.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

const tellsDiskSpace: NodeBehavior = {
  on: "show.system.disk-space",
  handle: (node) => result(renderDiskSpace(node.state.diskFreeGb)),
};

/** A management plane that works for a job is busier than one that does not. */
const tellsResources: NodeBehavior = {
  on: "show.system.resources",
  handle: (node) => {
    const busy = node.state.jobs.some(isRunning) ? 45 : 4 + (Math.floor(node.now() / 60_000) % 5);
    return result(
      renderResources({
        now: node.now(),
        uptime: between(node.state.bootedAt, node.now()),
        idlePercent: 100 - busy,
        loadAverage: [busy / 20, busy / 25, busy / 30],
        memoryTotalKib: 16_320_148,
        memoryFreeKib: 3_210_444,
        memoryUsedKib: 6_420_888,
        unit: compareVersions(node.state.version, "10.2.0") < 0 ? "KiB" : "MiB",
      }),
    );
  },
};

const isVirtual = (node: ConfiguredNode): boolean => node.profile.model === "PA-VM" || node.profile.kind === "panorama";

const tellsEnvironmentals: NodeBehavior = {
  on: "show.system.environmentals",
  handle: (node) =>
    result(isVirtual(node) ? NO_MARKUP : renderEnvironmentals(node.strike("environment")?.error !== undefined)),
};

const tellsStateFilter: NodeBehavior = {
  on: "show.system.state.filter",
  handle: (node, command) => {
    const filter = argumentText(command);
    if (/^sys\.monitor\.\S*\.mp\.exports$/.test(filter)) {
      return result(block("sys.monitor.s0.mp.exports: { 'cpu': { '1minavg': 3, }, 'disks': [], 'slot': 0, }\n"));
    }
    if (filter === "sw.dev.interface.config") {
      const interfaces = [1, 2, 3, 4].map(
        (n) => `'ethernet1/${n}': { 'hwaddr': ${macAddress(node.profile.serial, 15 + n)}, 'mtu': 1500, }`,
      );
      return result(block(`sw.dev.interface.config: { ${interfaces.join(", ")}, }\n`));
    }
    return resultText("NO_MATCHES");
  },
};

const tellsResourceMonitor: NodeBehavior = {
  on: "show.running.resource-monitor",
  handle: (node, command) => {
    const minute = descend(command.last, "minute");
    const last = Number((minute === undefined ? undefined : childText(minute, "last")) ?? 60);
    const count = Number.isInteger(last) && last > 0 && last <= 60 ? last : 60;
    const value = (core: number, ago: number): number => 2 + ((Math.floor(node.now() / 60_000) - ago + core * 3) % 5);
    return result(
      renderDataPlaneLoad([0, 1, 2, 3].map((core) => Array.from({ length: count }, (_, ago) => value(core, ago)))),
    );
  },
};

/** The first NTP server of the running configuration is the one that is followed. */
const tellsNtp: NodeBehavior = {
  on: "show.ntp",
  handle: (node) => {
    const servers = node.config.isLoaded
      ? descend(node.config.running, "devices", "entry", "deviceconfig", "system", "ntp-servers")
      : undefined;
    const primary = servers === undefined ? undefined : descend(servers, "primary-ntp-server");
    const name = node.config.isLoaded
      ? primary === undefined
        ? undefined
        : childText(primary, "ntp-server-address")
      : "0.pool.ntp.org";
    if (name === undefined || name === "") return result(xml`<synched>LOCAL</synched>`);
    return result(
      xml`<synched>${name}</synched><ntp-server-1>${leaves({ name, status: "synched", reachable: "yes", "authentication-type": "none" })}</ntp-server-1>`,
    );
  },
};

export const resourceBehaviors: readonly NodeBehavior[] = [
  tellsDiskSpace,
  tellsResources,
  tellsEnvironmentals,
  tellsStateFilter,
  tellsResourceMonitor,
  tellsNtp,
];
