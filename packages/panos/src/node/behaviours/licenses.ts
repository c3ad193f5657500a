import { type Answer, CODES, refused, result, resultText } from "../../wire/api/answer.ts";
import { argument, argumentText } from "../../wire/api/command.ts";
import { renderLicenses, renderSupport, type ShownLicense } from "../../wire/messages/licenses.ts";
import { longDate, parseLongDate } from "../../wire/time.ts";
import { childrenNamed, childText, descend, textOf } from "../../wire/xml/tree.ts";
import { installedLicenses, withActivated, withFetched, withoutGrants, withoutKeys } from "../licenses/licenses.ts";
import type { Behavior, PanosNode } from "../node.ts";
import type { License } from "../profile.ts";
import type { NodeState } from "../state.ts";

type NodeBehavior = Behavior<PanosNode>;

/** Expired means both: the word and a date that is past. */
function shown(node: PanosNode, license: License): ShownLicense {
  const expires = license.expired === true ? "January 01, 2020" : (license.expires ?? "Never");
  const until = parseLongDate(expires);
  return {
    feature: license.feature,
    description: license.description ?? license.feature,
    serial: node.profile.serial,
    issued: license.issued ?? "January 02, 2019",
    expires,
    expired: until !== undefined && until < node.now(),
    authCode: license.authCode ?? "",
  };
}

const lists = (node: PanosNode, state: NodeState): Answer =>
  result(renderLicenses(installedLicenses(node.profile, state).map((license) => shown(node, license))));

const tellsLicenses: NodeBehavior = {
  on: "request.license.info",
  handle: (node) => {
    if (node.strike("license")?.error === undefined) return lists(node, node.state);
    const expired = installedLicenses(node.profile, node.state).map((license) => ({ ...license, expired: true }));
    return result(renderLicenses(expired.map((license) => shown(node, license))));
  },
};

const NO_SERVER = refused(
  CODES.notFound,
  "Failed to fetch licenses. Failed to get license info. Please try again later.",
);
const INVALID_CODE = refused(CODES.notFound, "Invalid Auth Code");

/** Without a code all that the server has for the node is installed; a code adds what it stands for. */
const fetchesLicenses: NodeBehavior = {
  on: "request.license.fetch",
  handle: (node, command) => {
    if (node.strike("check")?.error !== undefined) return NO_SERVER;
    return node.change((state) => {
      const code = argument(command, "auth-code") ?? "";
      const added = code === "" ? [] : broughtBy(node, code);
      if (added === undefined) return { state, result: INVALID_CODE };
      const next = code === "" ? withFetched(node.profile, state) : withActivated(node.profile, state, added);
      return { state: next, result: lists(node, next) };
    });
  },
};

/** What an authorization code stands for; `undefined`: it is none. Where none are listed, every code brings one feature. */
function broughtBy(node: PanosNode, code: string): readonly License[] | undefined {
  const { authCodes } = node.settings;
  const issued = longDate(node.now());
  const known = authCodes !== undefined && Object.hasOwn(authCodes, code) ? authCodes[code] : undefined;
  if (known !== undefined) return known.map((license) => ({ ...license, issued, authCode: code }));
  if (authCodes !== undefined || !/^[A-Za-z0-9-]{4,16}$/.test(code)) return undefined;
  const [feature, description] = [`Feature ${code}`, `Activated with ${code}`];
  return [{ feature, description, expires: "December 31, 2036", issued, authCode: code }];
}

/**
 * `VM-Capacity`: everything; `key` with `features`: those. With `mode` manual the server learns nothing of it, so that the
 * licences can be fetched again; otherwise they go back to it.
 */
const deactivates: NodeBehavior = {
  on: "request.license.deactivate",
  handle: (node, command) =>
    node.change((state) => {
      const order = descend(command.last, "key") ?? descend(command.last, "VM-Capacity");
      const list = descend(order, "features");
      const features = list === undefined ? undefined : childrenNamed(list, "member").map((one) => textOf(one).trim());
      const unknown = features?.find((feature) => !has(node, state, feature));
      if (unknown !== undefined) return { state, result: notInstalled(unknown) };
      const take = childText(order, "mode") === "manual" ? withoutKeys : withoutGrants;
      return {
        state: take(node.profile, state, features),
        result: resultText("Successfully deactivated the licenses"),
      };
    }),
};

const has = (node: PanosNode, state: NodeState, wanted: string): boolean =>
  installedLicenses(node.profile, state).some(({ feature }) => feature === wanted);
const notInstalled = (feature: string): Answer =>
  refused(CODES.notPresent, `License key for ${feature} is not installed`);

/** Takes a key from the disk; the server still has it. */
const deletesKey: NodeBehavior = {
  on: "delete.license.key",
  handle: (node, command) =>
    node.change((state) => {
      const feature = argumentText(command);
      if (!has(node, state, feature)) return { state, result: notInstalled(feature) };
      return {
        state: withoutKeys(node.profile, state, [feature]),
        result: resultText(`successfully removed ${feature}`),
      };
    }),
};

/** What a node says when its update server cannot be reached; clients compare it letter by letter. */
const UNREACHABLE =
  "Failed to check support info due to Unknown error. Please check network connectivity and try again.";

const tellsSupport = (word: "check" | "info"): NodeBehavior => ({
  on: `request.support.${word}`,
  handle: (node) => {
    if (word === "check" && node.strike("check")?.error !== undefined)
      return refused(CODES.invalidCommand, UNREACHABLE);
    const premium = installedLicenses(node.profile, node.state).find(({ feature }) => feature === "Premium");
    const { expires, expired } = shown(node, premium ?? { feature: "Premium", expires: "December 31, 2036" });
    return result(renderSupport(expires, expired));
  },
});

export const licenseBehaviors: readonly NodeBehavior[] = [
  tellsLicenses,
  fetchesLicenses,
  deactivates,
  deletesKey,
  tellsSupport("check"),
  tellsSupport("info"),
];
