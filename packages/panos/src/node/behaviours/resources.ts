import { between } from "@understudy/kernel";
import { result, resultText } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import {
  renderDataPlaneLoad,
  renderDiskSpace,
  renderEnvironmentals,
  renderResources,
} from "../../wire/messages/resources.ts";
import { childText, descend, elementsOf } from "../../wire/xml/tree.ts";
import { block, leaves, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { averageBusy, coreLoad, MONITOR_UNITS, type MonitorUnit, managementBusy } from "../load.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";
import { compareVersions } from "../software/version.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

const tellsDiskSpace: NodeBehavior = {
  on: "show.system.disk-space",
  handle: (node) => result(renderDiskSpace(node.state.diskFreeGb)),
};

/** Processors of a management plane. */
const CORES = 4;
const [MEMORY_KIB, USED_KIB, USED_UNDER_LOAD_KIB, CACHE_KIB] = [16_320_148, 6_020_888, 3_000_000, 5_688_816];

const tellsResources: NodeBehavior = {
  on: "show.system.resources",
  handle: (node) => {
    const now = node.now();
    const used = USED_KIB + Math.round(USED_UNDER_LOAD_KIB * node.loadAt(now));
    const load = (minutes: number): number => (averageBusy(node, minutes) / 100) * CORES;
    return result(
      renderResources({
        now,
        uptime: between(node.state.bootedAt, now),
        idlePercent: 100 - managementBusy(node, now),
        loadAverage: [load(1), load(5), load(15)],
        memoryTotalKib: MEMORY_KIB,
        memoryFreeKib: MEMORY_KIB - used - CACHE_KIB,
        memoryUsedKib: used,
        unit: compareVersions(node.state.version, "10.2.0") < 0 ? "KiB" : "MiB",
      }),
    );
  },
};

const isVirtual = (node: ConfiguredNode): boolean => node.profile.model === "PA-VM" || node.profile.kind === "panorama";

const tellsEnvironmentals: NodeBehavior = {
  on: "show.system.environmentals",
  handle: (node) =>
    result(
      isVirtual(node)
        ? NO_MARKUP
        : renderEnvironmentals(node.strike("environment")?.error !== undefined, node.loadAt(node.now())),
    ),
};

/** What every node tells of its inner state; `undefined`: nothing by that name. */
export function innerState(node: ConfiguredNode, filter: string): string | undefined {
  if (!/^sys\.monitor\.\S*\.mp\.exports$/.test(filter)) return undefined;
  const busy = Math.round(averageBusy(node, 1));
  return `sys.monitor.s0.mp.exports: { 'cpu': { '1minavg': ${busy}, }, 'disks': [], 'slot': 0, }\n`;
}

const tellsStateFilter: NodeBehavior = {
  on: "show.system.state.filter",
  handle: (node, command) => {
    const told = innerState(node, argumentText(command));
    return told === undefined ? resultText("NO_MATCHES") : result(block(told));
  },
};

const isUnit = (word: string): word is MonitorUnit => Object.hasOwn(MONITOR_UNITS, word);

/** Without a unit it tells of minutes. */
const tellsResourceMonitor: NodeBehavior = {
  on: "show.running.resource-monitor",
  handle: (node, command) => {
    const asked = elementsOf(command.last).find(({ name }) => isUnit(name));
    const unit = asked !== undefined && isUnit(asked.name) ? asked.name : "minute";
    const { kept } = MONITOR_UNITS[unit];
    const last = Number(childText(asked, "last") ?? kept);
    const count = Number.isInteger(last) && last > 0 && last <= kept ? last : kept;
    return result(
      renderDataPlaneLoad(
        unit,
        [0, 1, 2, 3].map((core) => coreLoad(node, core, unit, count)),
      ),
    );
  },
};

/** The first NTP server of the running configuration is the one that is followed; the second could be. */
const tellsNtp: NodeBehavior = {
  on: "show.ntp",
  handle: (node) => {
    const { effective } = node;
    const servers = descend(effective, "devices", "entry", "deviceconfig", "system", "ntp-servers");
    const configured = (word: string): string =>
      childText(descend(servers, `${word}-ntp-server`), "ntp-server-address") ?? "";
    const name = effective === undefined ? "0.pool.ntp.org" : configured("primary");
    if (name === "") return result(xml`<synched>LOCAL</synched>`);
    const second = configured("secondary");
    const server = (of: string, status: string) =>
      leaves({ name: of, status, reachable: "yes", "authentication-type": "none" });
    return result(
      xml`<synched>${name}</synched><ntp-server-1>${server(name, "synched")}</ntp-server-1>${second === "" ? NO_MARKUP : xml`<ntp-server-2>${server(second, "available")}</ntp-server-2>`}`,
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
