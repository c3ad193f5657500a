import { CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { dateTime } from "../../wire/time.ts";
import { attribute, childrenNamed, childText, descend } from "../../wire/xml/tree.ts";
import { leaves, type Markup, NO_MARKUP, xml } from "../../wire/xml/write.ts";
import { sha256Crypt } from "../admin/sha256-crypt.ts";
import type { Behavior, Caller, ConfiguredNode } from "../node.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

/** Whoever asks is logged in; its entry has `<self/>` right behind its name. */
const ownSession = (node: ConfiguredNode, { admin, remote }: Caller): Markup =>
  xml`<entry><admin>${admin}</admin><self/><from>${remote}</from><type>Web</type><session-start>${dateTime(node.now())}</session-start><idle-for>00:00:00s</idle-for></entry>`;

const listsAdmins: NodeBehavior = {
  on: "show.admins",
  handle: (node, _, caller) => result(xml`<admins>${ownSession(node, caller)}</admins>`),
};

/** Also those who are not logged in: administrators of the running configuration. */
const listsAllAdmins: NodeBehavior = {
  on: "show.admins.all",
  handle: (node, _, caller) => {
    const users = descend(node.config.running, "mgt-config", "users");
    const names =
      users === undefined ? [] : childrenNamed(users, "entry").map((entry) => attribute(entry, "name") ?? "");
    const others = names.filter((name) => name !== caller.admin);
    const away = others.map(
      (admin) => xml`<entry>${leaves({ admin, from: "", type: "", "session-start": "", "idle-for": "" })}</entry>`,
    );
    return result(xml`<admins>${ownSession(node, caller)}${away}</admins>`);
  },
};

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

/** Whichever are named: all counters begin anew. */
const clearsCounters: NodeBehavior = {
  on: "clear.counter",
  handle: (node) =>
    node.change((state, now) => ({ state: { ...state, countersClearedAt: now }, result: result(NO_MARKUP) })),
};

export const administrationBehaviors: readonly NodeBehavior[] = [
  listsAdmins,
  listsAllAdmins,
  listsPlugins,
  hashesPassword,
  setsAuditComment,
  listsAuditComments,
  confirms("set.cli"),
  confirms("clear.log"),
  clearsCounters,
  confirms("clear.arp"),
  confirms("show.logging-status"),
  confirms("show.log-collector"),
  confirms("show.system.logdb-quota"),
];
