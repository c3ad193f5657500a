import { toCalendar } from "@understudy/kernel";
import { WILL_SUCCEED } from "../../node/jobs/job.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import type { Behavior } from "../../node/node.ts";
import { CODES, enqueued, refused, result, resultText } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../../wire/xml/tree.ts";
import { leaves, type Markup, xml } from "../../wire/xml/write.ts";
import { literal } from "../../wire/xpath/ast.ts";
import { SyncStatuses } from "../push/sync-status.ts";
import type { RunningPanorama } from "../running-panorama.ts";

type PanoramaBehavior = Behavior<RunningPanorama>;

const EMPTY: XmlElement = { name: "", attributes: [], children: [] };
const LOCAL = "/config/devices/entry[@name='localhost.localdomain']";

/** Entries of a holder of the running configuration, such as `device-group`. */
const entriesOf = (panorama: RunningPanorama, holder: string): readonly XmlElement[] =>
  entriesIn(panorama.config.running, holder);

const entriesIn = (config: XmlElement, holder: string): readonly XmlElement[] =>
  childrenNamed(descend(config, "devices", "entry", holder) ?? EMPTY, "entry");

const nameOf = (entry: XmlElement): string => attribute(entry, "name") ?? "";

/** A firewall below its group, template or stack. */
function member(panorama: RunningPanorama, serial: string, status: Markup): Markup {
  const row = panorama.registry.row(serial);
  const connected = panorama.registry.isConnected(serial) ? "yes" : "no";
  const known = leaves({
    serial,
    connected,
    hostname: row?.hostname ?? "",
    "ip-address": row?.ip_text ?? "",
    model: row?.model ?? "",
    "sw-version": row?.facts?.version ?? "",
  });
  return xml`<entry name="${serial}">${known}${status}</entry>`;
}

const listsGroups: PanoramaBehavior = {
  on: "show.devicegroups",
  handle: (panorama, command) => {
    const only = childText(command.last, "name");
    const statuses = new SyncStatuses(panorama);
    const groups = entriesOf(panorama, "device-group")
      .filter((entry) => only === undefined || nameOf(entry) === only)
      .map((entry) => {
        const members = childrenNamed(descend(entry, "devices") ?? EMPTY, "entry").map((device) => {
          const status = statuses.policy(nameOf(device));
          const vsys = xml`<vsys><entry name="vsys1"><shared-policy-status>${status}</shared-policy-status></entry></vsys><shared-policy-status>${status}</shared-policy-status>`;
          return member(panorama, nameOf(device), vsys);
        });
        return xml`<entry name="${nameOf(entry)}"><shared-policy-md5sum/><devices>${members}</devices></entry>`;
      });
    return result(xml`<devicegroups>${groups}</devicegroups>`);
  },
};

/** Where each group stands: parents are in the read-only part of a configuration. */
function parentsIn(config: XmlElement): ReadonlyMap<string, string> {
  const holder = descend(config, "readonly", "devices", "entry", "device-group") ?? EMPTY;
  const parents = new Map<string, string>();
  for (const entry of childrenNamed(holder, "entry")) {
    const parent = childText(entry, "parent-dg");
    if (parent !== undefined && parent !== "") parents.set(nameOf(entry), parent);
  }
  return parents;
}

/** Of the candidate: who moves a group looks here whether it went, and commits later. */
const tellsHierarchy: PanoramaBehavior = {
  on: "show.dg-hierarchy",
  handle: (panorama) => {
    const { candidate } = panorama.config;
    const parents = parentsIn(candidate);
    const names = entriesIn(candidate, "device-group").map(nameOf);
    const tree = (parent: string | undefined, seen: readonly string[]): readonly Markup[] =>
      names
        .filter((name) => parents.get(name) === parent && !seen.includes(name))
        .map((name) => {
          const inner = tree(name, [...seen, name]);
          const id = names.indexOf(name) + 11;
          return inner.length === 0
            ? xml`<dg name="${name}" dg_id="${id}"/>`
            : xml`<dg name="${name}" dg_id="${id}">${inner}</dg>`;
        });
    return result(xml`<dg-hierarchy>${tree(undefined, [])}</dg-hierarchy>`);
  },
};

/** Stacks and the templates in them tell of the firewalls of the stacks. */
const listsTemplates: PanoramaBehavior = {
  on: "show.templates",
  handle: (panorama, command) => {
    const only = childText(command.last, "name");
    const stacks = entriesOf(panorama, "template-stack");
    const templates = entriesOf(panorama, "template")
      .filter((entry) => only === undefined || nameOf(entry) === only)
      .map((entry) => {
        const users = stacks.filter((stack) =>
          childrenNamed(descend(stack, "templates") ?? EMPTY, "member").some(
            (name) => name.children[0] === nameOf(entry),
          ),
        );
        return xml`<entry name="${nameOf(entry)}"><devices>${users.flatMap((stack) => membersOf(panorama, stack))}</devices></entry>`;
      });
    return result(xml`<templates>${templates}</templates>`);
  },
};

const listsStacks: PanoramaBehavior = {
  on: "show.template-stack",
  handle: (panorama, command) => {
    const only = childText(command.last, "name");
    const stacks = entriesOf(panorama, "template-stack")
      .filter((entry) => only === undefined || nameOf(entry) === only)
      .map((entry) => xml`<entry name="${nameOf(entry)}"><devices>${membersOf(panorama, entry)}</devices></entry>`);
    return result(xml`<template-stack>${stacks}</template-stack>`);
  },
};

const membersOf = (
  panorama: RunningPanorama,
  holder: XmlElement,
  statuses = new SyncStatuses(panorama),
): readonly Markup[] =>
  childrenNamed(descend(holder, "devices") ?? EMPTY, "entry").map((device) =>
    member(panorama, nameOf(device), xml`<template-status>${statuses.template(nameOf(device))}</template-status>`),
  );

/** A group goes below another one: a change of the candidate, told as a job. */
const movesGroup: PanoramaBehavior = {
  on: "request.move-dg",
  handle: async (panorama, command, caller) => {
    const entry = descend(command.last, "entry") ?? EMPTY;
    const [name, parent] = [nameOf(entry), childText(entry, "new-parent-dg") ?? ""];
    const known = entriesIn(panorama.config.candidate, "device-group").map(nameOf);
    if (!known.includes(name)) return refused(CODES.invalidObject, `device-group '${name}' is invalid`);
    if (parent !== "" && parent !== "shared" && (!known.includes(parent) || parent === name))
      return refused(CODES.invalidObject, `device-group '${parent}' is invalid`);
    const xpath = `/config/readonly${LOCAL.slice("/config".length)}/device-group/entry[@name=${literal(name)}]`;
    const change =
      parent === "" || parent === "shared"
        ? ({ action: "delete", xpath: `${xpath}/parent-dg` } as const)
        : ({ action: "set", xpath, element: xml`<parent-dg>${parent}</parent-dg>`.markup } as const);
    await panorama.config.change(change, caller.admin, panorama.now());
    return panorama.change((state, now) => {
      const job = {
        type: "Exec",
        task: { kind: "other", details: [`Successfully moved ${name}`] },
        user: caller.admin,
        length: panorama.draw(panorama.settings.timing.commit),
        fate: WILL_SUCCEED,
      } as const;
      const queued = enqueue(state, job, now);
      return { state: queued.node, result: enqueued(queued.id, `Job enqueued with jobid ${queued.id}`) };
    });
  },
};

const two = (n: number): string => String(n).padStart(2, "0");

/** As clients cut it apart: the key is the fourth word, the expiry the last two. */
const makesAuthKey: PanoramaBehavior = {
  on: "request.bootstrap.vm-auth-key.generate",
  handle: (panorama, command) => {
    const hours = Number(childText(command.last, "lifetime") ?? argumentText(command));
    if (!Number.isInteger(hours) || hours < 1 || hours > 8760)
      return refused(CODES.invalidObject, "lifetime must be from 1 to 8760 hours");
    const stream = panorama.stream("vm-auth-key");
    const key = Array.from({ length: 15 }, () => stream.integer(0, 9)).join("");
    return panorama.change((state, now) => {
      const until = now + hours * 3_600_000;
      const at = toCalendar(until as typeof now); // an instant plus milliseconds
      const expires = `${at.year}/${two(at.month)}/${two(at.day)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
      const keys = [...(state.vmAuthKeys ?? []).filter((one) => one.until > now), { key, until, expires }];
      return {
        state: { ...state, vmAuthKeys: keys },
        result: resultText(`VM auth key ${key} generated. Expires at: ${expires}`),
      };
    });
  },
};

const listsAuthKeys: PanoramaBehavior = {
  on: "request.bootstrap.vm-auth-key.show",
  handle: (panorama) => {
    const alive = (panorama.state.vmAuthKeys ?? []).filter(({ until }) => until > panorama.now());
    const entries = alive.map(
      ({ key, expires }) => xml`<entry>${leaves({ "vm-auth-key": key, "expiry-time": expires })}</entry>`,
    );
    return result(xml`<bootstrap-vm-auth-keys>${entries}</bootstrap-vm-auth-keys>`);
  },
};

export const groupBehaviors: readonly PanoramaBehavior[] = [
  listsGroups,
  tellsHierarchy,
  listsTemplates,
  listsStacks,
  movesGroup,
  makesAuthKey,
  listsAuthKeys,
];
