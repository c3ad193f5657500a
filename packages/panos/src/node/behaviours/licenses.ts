import { CODES, refused, result } from "../../wire/api/answer.ts";
import { argument } from "../../wire/api/command.ts";
import { renderLicenses, renderSupport, type ShownLicense } from "../../wire/messages/licenses.ts";
import { parseLongDate } from "../../wire/time.ts";
import { xml } from "../../wire/xml/write.ts";
import type { Behavior, PanosNode } from "../node.ts";
import type { License } from "../profile.ts";
import type { NodeState } from "../state.ts";

type NodeBehavior = Behavior<PanosNode>;

/** What a firewall has where the scenario says nothing. */
const USUAL_LICENSES: readonly License[] = Object.freeze(
  [
    ["Threat Prevention", "Threat Prevention"],
    ["Advanced URL Filtering", "Advanced URL Filtering"],
    ["WildFire License", "WildFire signature feed, integrated WildFire logs, WildFire API"],
    ["Premium", "24 x 7 phone support; advanced replacement hardware service"],
  ].map(([feature = "", description = ""]) => Object.freeze({ feature, description, expires: "December 31, 2036" })),
);

const licensesOf = (node: PanosNode, state: NodeState): readonly License[] =>
  state.licenses ?? node.profile.licenses ?? USUAL_LICENSES;

/** Expired means both: the word and a date that is past. */
function shown(node: PanosNode, license: License): ShownLicense {
  const expires = license.expired === true ? "January 01, 2020" : (license.expires ?? "Never");
  const until = parseLongDate(expires);
  return {
    feature: license.feature,
    description: license.description ?? license.feature,
    serial: node.profile.serial,
    issued: "January 02, 2019",
    expires,
    expired: until !== undefined && until < node.now(),
  };
}

const lists = (node: PanosNode, state: NodeState) =>
  result(renderLicenses(licensesOf(node, state).map((license) => shown(node, license))));

const tellsLicenses: NodeBehavior = {
  on: "request.license.info",
  handle: (node) => {
    if (node.strike("license")?.error === undefined) return lists(node, node.state);
    const expired = licensesOf(node, node.state).map((license) => ({ ...license, expired: true }));
    return result(renderLicenses(expired.map((license) => shown(node, license))));
  },
};

/** Without a code the server's list is fetched again; a code adds what it stands for. */
const fetchesLicenses: NodeBehavior = {
  on: "request.license.fetch",
  handle: (node, command) =>
    node.change((state) => {
      const code = argument(command, "auth-code");
      if (code === undefined || code === "") return { state, result: lists(node, state) };
      if (!/^[A-Za-z0-9-]{4,16}$/.test(code)) return { state, result: refused(CODES.notFound, "Invalid Auth Code") };
      const added: License = {
        feature: `Feature ${code}`,
        description: `Activated with ${code}`,
        expires: "December 31, 2036",
      };
      const licenses = [...licensesOf(node, state).filter(({ feature }) => feature !== added.feature), added];
      const next = { ...state, licenses };
      return { state: next, result: lists(node, next) };
    }),
};

const deactivates: NodeBehavior = {
  on: "request.license.deactivate",
  handle: (node) =>
    node.change((state) => ({
      state: { ...state, licenses: [] },
      result: result(xml`Successfully deactivated the licenses`),
    })),
};

/** What a node says when its update server cannot be reached; clients compare it letter by letter. */
const UNREACHABLE =
  "Failed to check support info due to Unknown error. Please check network connectivity and try again.";

const tellsSupport = (word: "check" | "info"): NodeBehavior => ({
  on: `request.support.${word}`,
  handle: (node) => {
    if (word === "check" && node.strike("check")?.error !== undefined)
      return refused(CODES.invalidCommand, UNREACHABLE);
    const premium = licensesOf(node, node.state).find(({ feature }) => feature === "Premium");
    const { expires, expired } = shown(node, premium ?? { feature: "Premium", expires: "December 31, 2036" });
    return result(renderSupport(expires, expired));
  },
});

export const licenseBehaviors: readonly NodeBehavior[] = [
  tellsLicenses,
  fetchesLicenses,
  deactivates,
  tellsSupport("check"),
  tellsSupport("info"),
];
