import { CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { dateTime } from "../../wire/time.ts";
import { childText, descend } from "../../wire/xml/tree.ts";
import { block, leaves, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { sha256Crypt } from "../admin/sha256-crypt.ts";
import { WILL_SUCCEED } from "../jobs/job.ts";
import { enqueue } from "../jobs/queue.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

/** The requester's own entry has `<self/>` right behind its name. */
const listsAdmins = (on: string): NodeBehavior => ({
  on,
  handle: (node, _, caller) =>
    result(
      xml`<admins><entry><admin>${caller.admin}</admin><self/><from>${caller.remote}</from><type>Web</type><session-start>${dateTime(node.now())}</session-start><idle-for>00:00:00s</idle-for></entry></admins>`,
    ),
});

const listsPlugins: NodeBehavior = { on: "show.plugins.packages", handle: () => result(xml`<plugins/>`) };

const SALT = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const hashesPassword: NodeBehavior = {
  on: "request.password-hash.password",
  handle: (node, command) => {
    const stream = node.stream("password-salt");
    const salt = Array.from({ length: 8 }, () => SALT.charAt(stream.integer(0, SALT.length - 1))).join("");
    const hash = sha256Crypt(argumentText(command), salt);
    return hash === undefined
      ? refused(CODES.invalidObject, "password is too long")
      : result(xml`<phash>${hash}</phash>`);
  },
};

/** Settings of the session or of debugging: confirmed, and without effect. */
const confirms = (on: string): NodeBehavior => ({ on, handle: () => result(NO_MARKUP) });

const setsAuditComment: NodeBehavior = {
  on: "set.audit-comment",
  handle: (node, command, caller) =>
    node.change((state, now) => {
      const [xpath, comment] = [childText(command.last, "xpath"), childText(command.last, "comment")];
      if (xpath === undefined || comment === undefined)
        return { state, result: refused(CODES.invalidCommand, " set -> audit-comment  needs xpath and comment") };
      const entry = { xpath, comment, admin: caller.admin, at: now };
      const kept = [...(state.auditComments ?? []), entry].slice(-MAX_AUDIT_COMMENTS);
      return { state: { ...state, auditComments: kept }, result: result(NO_MARKUP) };
    }),
};

/** Older comments are forgotten. */
const MAX_AUDIT_COMMENTS = 1000;

const listsAuditComments: NodeBehavior = {
  on: "show.config.list.audit-comments",
  handle: (node, command) => {
    const xpath = childText(command.last, "xpath");
    const found = (node.state.auditComments ?? [])
      .filter((entry) => xpath === undefined || entry.xpath === xpath)
      .toReversed();
    return result(
      xml`${found.map(({ admin, comment, at }) => xml`<entry>${leaves({ admin, comment, "config-version": "", timestamp: dateTime(at) })}</entry>`)}`,
    );
  },
};

/** Lists of the running configuration whose content never changes: a simulated node fetches nothing. */
const showsExternalList: NodeBehavior = {
  on: "request.system.external-list.show",
  handle: (_, command) => {
    const name =
      childText(
        descend(command.last, "type", "ip") ??
          descend(command.last, "type", "domain") ??
          descend(command.last, "type", "url") ??
          command.last,
        "name",
      ) ??
      childText(command.last, "name") ??
      "";
    const members = Array.from({ length: 2 }, (__, at) => xml`<member>198.51.100.${at + 1}</member>`);
    return result(
      xml`<external-list name="${name}" total-count="2"><total-valid>2</total-valid><total-ignored>0</total-ignored><total-invalid>0</total-invalid><valid-members>${members}</valid-members></external-list>`,
    );
  },
};

const tellsListCapacities: NodeBehavior = {
  on: "request.system.external-list.list-capacities",
  handle: () => {
    const capacity = (name: string, total: number) => ({
      markup: `<${name}><running-cap>0</running-cap><total-cap>${total}</total-cap></${name}>`,
    });
    return result(xml`${[capacity("ip", 50_000), capacity("domain", 500_000), capacity("url", 100_000)]}`);
  },
};

/** The job's number is not in the reply. */
const refreshesLists: NodeBehavior = {
  on: "request.system.external-list.refresh",
  handle: (node, _, caller) =>
    node.change((state, now) => {
      const task = { kind: "other", details: ["Successfully refreshed external list"] } as const;
      const job = {
        type: "EDLRefresh",
        task,
        user: caller.admin,
        length: node.draw(node.settings.timing.commit),
        fate: WILL_SUCCEED,
      } as const;
      return { state: enqueue(state, job, now).node, result: result(block("EDL refresh job enqueued\n")) };
    }),
};

/** Whichever are named: all counters begin anew. */
const clearsCounters: NodeBehavior = {
  on: "clear.counter",
  handle: (node) =>
    node.change((state, now) => ({ state: { ...state, countersClearedAt: now }, result: result(NO_MARKUP) })),
};

export const administrationBehaviors: readonly NodeBehavior[] = [
  listsAdmins("show.admins"),
  listsAdmins("show.admins.all"),
  listsPlugins,
  hashesPassword,
  setsAuditComment,
  listsAuditComments,
  showsExternalList,
  refreshesLists,
  { on: "request.system.external-list.stats", handle: () => result(NO_MARKUP) },
  tellsListCapacities,
  confirms("set.cli"),
  confirms("clear.log"),
  clearsCounters,
  confirms("clear.arp"),
  confirms("show.logging-status"),
  confirms("show.log-collector"),
  confirms("show.system.logdb-quota"),
];
