import { type Answer, result, resultText } from "../../wire/api/answer.ts";
import { argumentText, type Command } from "../../wire/api/command.ts";
import { attribute, childrenNamed, childText, descend, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { block, leaves, type Markup, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";
import { aliveOnly, type DynamicObjects, NO_DYNAMIC_OBJECTS, type Tags } from "../user-id/dynamic-objects.ts";
import { fitsFilter } from "../user-id/tag-filter.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

const objectsOf = (node: ConfiguredNode): DynamicObjects =>
  aliveOnly(node.state.dynamic ?? NO_DYNAMIC_OBJECTS, node.now());

/** Registered addresses or users a page holds. */
const PAGE = 500;

interface Page {
  readonly tag: string | undefined;
  readonly limit: number;
  readonly start: number;
}

function pageOf(command: Command): Page {
  const number = (name: string, fallback: number): number => {
    const value = Number(childText(command.last, name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  const tag = descend(command.last, "tag", "entry");
  return {
    tag: tag === undefined ? undefined : attribute(tag, "name"),
    limit: number("limit", PAGE),
    start: number("start-point", 1),
  };
}

const seconds = (until: number, now: number): number =>
  until === 0 ? 0 : Math.max(1, Math.round((until - now) / 1000));

const renderTags = (tags: Tags, now: number): Markup =>
  xml`<tag>${Object.entries(tags).map(([tag, until]) => xml`<member timeout="${seconds(until, now)}">${tag}</member>`)}</tag>`;

const listsIps: NodeBehavior = {
  on: "show.object.registered-ip",
  handle: (node, command) => {
    const page = pageOf(command);
    const ip = childText(command.last, "ip");
    const found = Object.entries(objectsOf(node).ips).filter(
      ([address, { tags }]) =>
        (ip === undefined || address === ip) && (page.tag === undefined || Object.hasOwn(tags, page.tag)),
    );
    const shown = found.slice(page.start - 1, page.start - 1 + page.limit);
    const entries = shown.map(
      ([address, { tags, persistent }]) =>
        xml`<entry ip="${address}" from_agent="0" persistent="${persistent ? 1 : 0}">${renderTags(tags, node.now())}</entry>`,
    );
    return result(xml`${entries}<count>${shown.length}</count>`);
  },
};

const listsUsers: NodeBehavior = {
  on: "show.object.registered-user",
  handle: (node, command) => {
    const page = pageOf(command);
    const user = childText(command.last, "user");
    const found = Object.entries(objectsOf(node).users).filter(
      ([name, tags]) =>
        (user === undefined || name === user) && (page.tag === undefined || Object.hasOwn(tags, page.tag)),
    );
    const shown = found.slice(page.start - 1, page.start - 1 + page.limit);
    const entries = shown.map(([name, tags]) => xml`<entry user="${name}">${renderTags(tags, node.now())}</entry>`);
    return result(xml`${entries}<count>${shown.length}</count>`);
  },
};

/** Dynamic address groups of the running configuration with the registered addresses whose tags fit their filter. */
function dynamicGroups(node: ConfiguredNode, only: string | undefined): Answer {
  const scopes =
    node.profile.kind === "panorama"
      ? childrenNamed(descend(node.config.running, "devices", "entry", "device-group") ?? EMPTY, "entry")
      : childrenNamed(descend(node.config.running, "devices", "entry", "vsys") ?? EMPTY, "entry");
  const objects = objectsOf(node);
  const groups = scopes.map((scope) => {
    const entries = childrenNamed(descend(scope, "address-group") ?? EMPTY, "entry").flatMap((group) => {
      const [name, filter] = [attribute(group, "name") ?? "", descend(group, "dynamic", "filter")];
      if (filter === undefined || (only !== undefined && only !== name)) return [];
      const members = Object.entries(objects.ips)
        .filter(([, { tags }]) => fitsFilter(textOf(filter), tags))
        .map(([ip]) => xml`<entry name="${ip}" type="registered-ip"/>`);
      return [
        xml`<entry>${leaves({ vsys: attribute(scope, "name") ?? "", "group-name": name, filter: textOf(filter) })}<member-list>${members}</member-list></entry>`,
      ];
    });
    return { name: attribute(scope, "name") ?? "", entries };
  });
  if (node.profile.kind === "firewall")
    return result(xml`<dyn-addr-grp>${groups.flatMap(({ entries }) => entries)}</dyn-addr-grp>`);
  return result(
    xml`<device-groups>${groups.map(({ name, entries }) => xml`<entry name="${name}">${entries}</entry>`)}</device-groups>`,
  );
}

const EMPTY = { name: "", attributes: [], children: [] } as const;

const listsDynamicGroups: NodeBehavior = {
  on: "show.object.dynamic-address-group",
  handle: (node, command) => dynamicGroups(node, childText(command.last, "name")),
};

const listsMappings = (on: string): NodeBehavior => ({
  on,
  handle: (node, command) => {
    const ip = childText(command.last, "ip");
    const mappings = Object.entries(objectsOf(node).mappings).filter(([address]) => ip === undefined || ip === address);
    const entries = mappings.map(([address, { user, until, timeoutSeconds, vsys }]) => {
      const left = seconds(until, node.now());
      return xml`<entry>${leaves({ ip: address, vsys, type: "XMLAPI", user, idle_timeout: left, timeout: left === 0 ? timeoutSeconds : left })}</entry>`;
    });
    return result(xml`${entries}<count>${entries.length}</count>`);
  },
});

const forgetsMappings = (on: string, which: (command: Command) => string | undefined): NodeBehavior => ({
  on,
  handle: (node, command) =>
    node.change((state) => {
      const ip = which(command);
      const dynamic = state.dynamic ?? NO_DYNAMIC_OBJECTS;
      const mappings = ip === undefined ? {} : { ...dynamic.mappings };
      if (ip !== undefined) delete mappings[ip];
      return { state: { ...state, dynamic: { ...dynamic, mappings } }, result: result(NO_MARKUP) };
    }),
});

/** It works where a zone wants to know its users, or agents are to be asked. */
const tellsService: NodeBehavior = {
  on: "show.user.user-id-service.status",
  handle: (node) => {
    const isWanted = virtualSystems(node).some(
      (vsys) =>
        agentsOf(vsys).length > 0 ||
        entriesOf(descend(vsys, "zone")).some((zone) => childText(zone, "enable-user-identification") === "yes"),
    );
    const line = (name: string, value: string): string => `\t\t${name}:   ${value}\n`;
    return result(
      block(
        `\n\tUser id service info:\n${line("User id service", isWanted ? "up" : "down")}${line("Number of clients", "0")}`,
      ),
    );
  },
};

const entriesOf = (holder: XmlElement | undefined): readonly XmlElement[] =>
  holder === undefined ? [] : childrenNamed(holder, "entry");
const virtualSystems = ({ config }: ConfiguredNode): readonly XmlElement[] =>
  config.isLoaded ? entriesOf(descend(config.running, "devices", "entry", "vsys")) : [];
const agentsOf = (vsys: XmlElement): readonly XmlElement[] => entriesOf(descend(vsys, "redistribution-agent"));

const listsGroups: NodeBehavior = {
  on: "show.user.group.list",
  handle: (node) => {
    const names = Object.keys(objectsOf(node).groups);
    return result(block(`${[...names, "", `Total: ${names.length}`].join("\n")}\n* : Custom Group\n`));
  },
};

const tellsGroup: NodeBehavior = {
  on: "show.user.group.name",
  handle: (node, command) => {
    const name = argumentText(command);
    const { groups } = objectsOf(node);
    const members = Object.hasOwn(groups, name) ? groups[name] : undefined;
    if (members === undefined) return resultText(`User group '${name}' does not exist or does not have members`);
    const lines = members.map((member, at) => `[${String(at + 1).padEnd(6)}] ${member}`);
    return result(block(`\nshort name:  ${name}\nsource type: xmlapi\n\n${lines.join("\n")}\n`));
  },
};

/** Clients ask a dictionary: never an empty result. */
const NOBODY = result(xml`<entry/>`);

/** Nobody asks a simulated firewall for its users. */
const tellsRedistribution = (on: string): NodeBehavior => ({ on, handle: () => NOBODY });

/** Agents of the running configuration: they are there as soon as the firewall is ready. */
const tellsAgents = (on: string): NodeBehavior => ({
  on,
  handle: (node) => {
    const agents = virtualSystems(node).flatMap((vsys) =>
      agentsOf(vsys).map((agent) => {
        const place = descend(agent, "host-port");
        const state =
          childText(agent, "disabled") === "yes" ? "disabled" : node.state.ready ? "connected" : "connecting";
        const fields = leaves({
          host: childText(place, "host") ?? "",
          port: childText(place, "port") ?? "5007",
          vsys: attribute(vsys, "name") ?? "",
          state,
          "status-msg": state === "connected" ? "" : "not connected",
          version: state === "connected" ? "6" : "",
        });
        return xml`<entry name="${attribute(agent, "name")}">${fields}</entry>`;
      }),
    );
    return agents.length === 0 ? NOBODY : result(xml`${agents}`);
  },
});

export const userIdBehaviors: readonly NodeBehavior[] = [
  listsIps,
  listsUsers,
  listsDynamicGroups,
  listsMappings("show.user.ip-user-mapping"),
  listsMappings("show.user.ip-user-mapping-mp"),
  forgetsMappings("clear.user-cache.all", () => undefined),
  forgetsMappings("clear.user-cache.ip", argumentText),
  forgetsMappings("clear.user-cache-mp.all", () => undefined),
  forgetsMappings("clear.user-cache-mp.ip", argumentText),
  tellsService,
  listsGroups,
  tellsGroup,
  tellsRedistribution("show.redistribution.service.client.all"),
  tellsAgents("show.redistribution.agent.state.all"),
  tellsAgents("show.redistribution.service.agent.all"),
  tellsAgents("show.redistribution.agent.all"),
  { on: "show.user.user-id-agent.state.all", handle: () => result(NO_MARKUP) },
];
