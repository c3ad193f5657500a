import { type Instant, toCalendar } from "@understudy/kernel";
import { CODES, refused, result } from "../../wire/api/answer.ts";
import type { Command } from "../../wire/api/command.ts";
import { dateTime } from "../../wire/time.ts";
import { attribute, childrenNamed, childText, descend, elementsOf, type XmlElement } from "../../wire/xml/tree.ts";
import { block, leaves, xml } from "../../wire/xml/write.ts";
import { injectedFate } from "../jobs/injected-fate.ts";
import { enqueue } from "../jobs/queue.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";
import { longer } from "../timing.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

const KINDS = ["ip", "domain", "url"] as const;
type Kind = (typeof KINDS)[number];
const CAPACITIES: Readonly<Record<Kind, number>> = { ip: 50_000, domain: 500_000, url: 100_000 };
const PAGE = 100;

/** An external list of the running configuration. */
interface ExternalList {
  readonly name: string;
  readonly kind: Kind;
  readonly url: string;
}

function listsOf({ config }: ConfiguredNode): readonly ExternalList[] {
  if (!config.isLoaded) return [];
  const device = descend(config.running, "devices", "entry");
  const scopes = ["vsys", "device-group"].flatMap((holder) => {
    const found = descend(device, holder);
    return found === undefined ? [] : childrenNamed(found, "entry");
  });
  return [descend(config.running, "shared"), ...scopes].flatMap((scope) => {
    const holder = descend(scope, "external-list");
    return holder === undefined ? [] : childrenNamed(holder, "entry").flatMap(read);
  });
}

function read(entry: XmlElement): readonly ExternalList[] {
  const type = descend(entry, "type");
  const kind = KINDS.find((candidate) => descend(type, candidate) !== undefined);
  if (kind === undefined) return [];
  return [{ name: attribute(entry, "name") ?? "", kind, url: childText(descend(type, kind), "url") ?? "" }];
}

/** What a list holds follows from its address: nothing is fetched, and whoever asks twice gets the same. */
function membersOf({ url, kind }: ExternalList): readonly string[] {
  let hash = 0;
  for (const char of url) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  return Array.from({ length: 2 + (hash % 200) }, (_, n) => {
    if (kind === "ip") return `198.${18 + (n % 2)}.${hash % 250}.${Math.floor(n / 2) + 1}`;
    return kind === "domain" ? `host-${n + 1}.${hash % 1000}.example` : `www.${hash % 1000}.example/page-${n + 1}`;
  });
}

/** The list that an order names, as `type/ip/name` or `name`. */
function asked(node: ConfiguredNode, command: Command): ExternalList | string {
  const type = descend(command.last, "type");
  const [inner] = type === undefined ? [] : elementsOf(type);
  const name = childText(inner ?? command.last, "name") ?? "";
  return listsOf(node).find((list) => list.name === name && (inner === undefined || list.kind === inner.name)) ?? name;
}

const unknown = (name: string) => refused(CODES.notPresent, `External list ${name} does not exist`);

const shows: NodeBehavior = {
  on: "request.system.external-list.show",
  handle: (node, command) => {
    const list = asked(node, command);
    if (typeof list === "string") return unknown(list);
    const number = (name: string, fallback: number): number => {
      const value = Number(childText(command.last, name) ?? fallback);
      return Number.isInteger(value) && value >= 0 ? value : fallback;
    };
    const [all, anchor] = [membersOf(list), number("anchor", 0)];
    const members = all
      .slice(anchor, anchor + number("num-records", PAGE))
      .map((member) => xml`<member>${member}</member>`);
    return result(
      xml`<external-list name="${list.name}" total-count="${all.length}">${leaves({ "total-valid": all.length, "total-ignored": 0, "total-invalid": 0 })}<valid-members>${members}</valid-members></external-list>`,
    );
  },
};

/** The job's number is not in the reply. */
const refreshes: NodeBehavior = {
  on: "request.system.external-list.refresh",
  handle: (node, command, caller) => {
    const list = asked(node, command);
    if (typeof list === "string") return unknown(list);
    return node.change((state, now) => {
      const fault = node.strike("check");
      const details = [`Successfully refreshed external list ${list.name} (${membersOf(list).length} entries)`];
      const job = {
        type: "EDLRefresh",
        task: { kind: "other", details },
        user: caller.admin,
        length: longer(node.draw(node.settings.timing.commit), fault?.delay),
        fate: injectedFate(fault?.error, 1, (error) => [`Unable to fetch external list ${list.name}. ${error}`]),
      } as const;
      return { state: enqueue(state, job, now).node, result: result(block("EDL refresh job enqueued\n")) };
    });
  },
};

/** Lists are fetched on the hour, and whenever somebody asks for that. */
function lastRefresh(node: ConfiguredNode, { name }: ExternalList): Instant {
  const { minute, second } = toCalendar(node.now());
  const onTheHour = (node.now() - (minute * 60 + second) * 1000) as Instant; // the beginning of an hour
  const jobs = node.state.jobs.filter(
    ({ task, end }) =>
      end?.result === "OK" && task.kind === "other" && task.details.some((text) => text.includes(` ${name} (`)),
  );
  const asked = jobs.at(-1)?.end?.at ?? onTheHour;
  return Math.max(onTheHour, asked) as Instant; // the later of two instants
}

const tellsStats: NodeBehavior = {
  on: "request.system.external-list.stats",
  handle: (node, command) => {
    const list = asked(node, command);
    if (typeof list === "string") return unknown(list);
    const at = lastRefresh(node, list);
    return result(
      xml`<external-list-stats>${leaves({ name: list.name, "total-count": membersOf(list).length, "last-update": dateTime(at), source: list.url })}</external-list-stats>`,
    );
  },
};

const tellsCapacities: NodeBehavior = {
  on: "request.system.external-list.list-capacities",
  handle: (node) => {
    const lists = listsOf(node);
    const capacity = (kind: Kind) => {
      const used = lists.filter((list) => list.kind === kind).reduce((sum, list) => sum + membersOf(list).length, 0);
      return {
        markup: `<${kind}><running-cap>${used}</running-cap><total-cap>${CAPACITIES[kind]}</total-cap></${kind}>`,
      };
    };
    return result(xml`${KINDS.map(capacity)}`);
  },
};

export const externalListBehaviors: readonly NodeBehavior[] = [shows, refreshes, tellsStats, tellsCapacities];
