import { type Answer, CODES, refused, result, resultText } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { dateTime } from "../../wire/time.ts";
import { child, childrenNamed, descend, element, textOf } from "../../wire/xml/tree.ts";
import { block, writeXml, xml } from "../../wire/xml/write.ts";
import { startValidation } from "../config/commit-calls.ts";
import { diffTrees } from "../config/diff.ts";
import { lockedBy } from "../config/locks.ts";
import type { Behavior, Caller, ConfiguredNode } from "../node.ts";

type ConfigBehavior = Behavior<ConfiguredNode>;

const showsRunning: ConfigBehavior = {
  on: "show.config.running",
  handle: (node) => result(writeXml(node.config.running)),
};
const showsCandidate: ConfigBehavior = {
  on: "show.config.candidate",
  handle: (node) => result(writeXml(node.config.candidate)),
};

/** With the template's values in their places, and pushed objects and rules beneath. */
const showsEffective: ConfigBehavior = {
  on: "show.config.effective-running-config",
  handle: ({ config, pushed, effective = config.running }) => {
    const policy = child(pushed, "vsys");
    const children = policy === undefined ? effective.children : [...effective.children, element("panorama", [policy])];
    return result(writeXml({ ...effective, children }));
  },
};

const showsPushed = (on: string, part: readonly string[]): ConfigBehavior => ({
  on,
  handle: ({ pushed }) => {
    const found = descend(pushed, ...part);
    return result(found === undefined ? xml`` : writeXml(found));
  },
});

const doesNotExist = (name: string): Answer => refused(CODES.invalidObject, `${name} does not exist`);

const savedAs = ({ state }: ConfiguredNode, name: string): string | undefined =>
  Object.hasOwn(state.config.saved, name) ? state.config.saved[name] : undefined;

const showsSaved: ConfigBehavior = {
  on: "show.config.saved",
  handle: async (node, command) => {
    const name = argumentText(command);
    if (name === "") {
      const names = Object.keys(node.state.config.saved);
      return result(xml`${names.map((saved) => xml`<member>${saved}</member>`)}`);
    }
    const document = savedAs(node, name);
    const tree = document === undefined ? undefined : await node.config.read(document);
    return tree === undefined ? doesNotExist(name) : result(writeXml(tree));
  },
};

const showsDiff: ConfigBehavior = {
  on: "show.config.diff",
  handle: (node) => result(block(diffTrees(node.config.running, node.config.candidate))),
};

const listsChanges: ConfigBehavior = {
  on: "show.config.list.changes",
  handle: (node) => {
    const entries = node.config.journal.map(
      ({ admin, change, at }) =>
        xml`<entry><owner>${admin}</owner><component-type>${change.xpath.includes("/device") ? "device-and-network" : "policy-and-objects"}</component-type><xpath>${change.xpath}</xpath><action>${change.action.toUpperCase()}</action><admin-history>${admin}</admin-history><timestamp>${dateTime(at)}</timestamp></entry>`,
    );
    return result(xml`<journal>${entries}</journal>`);
  },
};

const YES = resultText("yes");
const NO = resultText("no");

const tellsPendingChanges: ConfigBehavior = {
  on: "check.pending-changes",
  handle: (node) => (node.config.isChanged ? YES : NO),
};
/** What was loaded is more than a list of changes: it can only be committed as a whole. */
const tellsFullCommit: ConfigBehavior = {
  on: "check.full-commit-required",
  handle: (node) => (node.config.journal.some(({ change }) => change.action === "load") ? YES : NO),
};
const tellsDataAccess: ConfigBehavior = { on: "check.data-access-passwd.system", handle: () => NO };

const validates = (on: string): ConfigBehavior => ({ on, handle: (node, _, caller) => startValidation(node, caller) });

const RUNNING_NAMES = new Set(["running-config.xml", "running"]);

/** Why the whole candidate must not be replaced; `undefined` when it may. */
function lockedOut({ state }: ConfiguredNode, { admin }: Caller): Answer | undefined {
  const holder = lockedBy(state.config, "config", "shared", admin);
  return holder === undefined ? undefined : refused(CODES.notFound, `Configuration is locked by ${holder}`);
}

const loads: ConfigBehavior = {
  on: "load.config.from",
  handle: async (node, command, caller) => {
    const name = argumentText(command);
    const locked = lockedOut(node, caller);
    if (locked !== undefined) return locked;
    if (RUNNING_NAMES.has(name)) await node.config.revert();
    else {
      const document = savedAs(node, name);
      const tree = document === undefined ? undefined : await node.config.read(document);
      if (tree === undefined) return doesNotExist(name);
      await node.config.change(
        { action: "load", xpath: "/config", element: writeXml(tree).markup },
        caller.admin,
        node.now(),
      );
    }
    return result(xml`<msg><line>Config loaded from ${name}</line></msg>`);
  },
};

const saves: ConfigBehavior = {
  on: "save.config.to",
  handle: async (node, command) => {
    const name = argumentText(command);
    if (name === "" || name.length > 64 || /[\\/]/.test(name))
      return refused(CODES.invalidObject, `${name} is not a valid name`);
    await saveAs(node, name);
    return resultText(`Config saved to ${name}`);
  },
};

async function saveAs(node: ConfiguredNode, name: string): Promise<void> {
  const { document, lastDocument } = await node.config.prepare(node.state.config, node.config.candidate);
  await node.change((state) => ({
    state: { ...state, config: { ...state.config, lastDocument, saved: { ...state.config.saved, [name]: document } } },
    result: undefined,
  }));
}

const deletesSaved: ConfigBehavior = {
  on: "delete.config.saved",
  handle: (node, command) =>
    node.change((state) => {
      const name = argumentText(command);
      if (!Object.hasOwn(state.config.saved, name)) return { state, result: doesNotExist(name) };
      const saved = Object.fromEntries(Object.entries(state.config.saved).filter(([other]) => other !== name));
      return {
        state: { ...state, config: { ...state.config, saved } },
        result: resultText(`successfully removed ${name}`),
      };
    }),
};

const reverts: ConfigBehavior = {
  on: "revert.config",
  handle: async (node, command, caller) => {
    const locked = lockedOut(node, caller);
    if (locked !== undefined) return locked;
    const admins = descend(command.last, "partial", "admin");
    await node.config.revert(
      admins === undefined ? undefined : childrenNamed(admins, "member").map((member) => textOf(member).trim()),
    );
    return resultText("reverted changes for configuration");
  },
};

export const configBehaviors: readonly ConfigBehavior[] = [
  showsRunning,
  showsCandidate,
  showsEffective,
  showsPushed("show.config.pushed-shared-policy", ["vsys"]),
  showsPushed("show.config.pushed-template", ["template"]),
  showsSaved,
  showsDiff,
  listsChanges,
  tellsPendingChanges,
  tellsFullCommit,
  tellsDataAccess,
  validates("validate.full"),
  validates("validate.partial"),
  loads,
  saves,
  deletesSaved,
  reverts,
];
