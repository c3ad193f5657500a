import { type Answer, CODES, MALFORMED, refused } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { attribute, element, textOf, type XmlElement, type XmlNode } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { LocationPath } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { select, selectPath } from "../../wire/xpath/select.ts";
import { missing } from "../api/answer-call.ts";
import type { Caller, ConfiguredNode } from "../node.ts";
import { completions } from "./completions.ts";
import { multiConfig } from "./multi-config.ts";
import { obstacle, toldOf } from "./outcome.ts";
import { predefined } from "./predefined.ts";
import { readChange } from "./read-change.ts";

const BAD_XPATH = refused(CODES.badXpath, "Invalid xpath");
const NOTHING: Answer = { kind: "result", body: { markup: "" }, code: CODES.notPresent };
/** Answers `type=config`. */
export function answerConfig(node: ConfiguredNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  const action = parameter(call.parameters, "action");
  switch (action) {
    case undefined:
    case "":
      return missing("action");
    case "get":
      return read(node, node.config.candidate, call, "get");
    case "show":
      return read(node, node.config.running, call, "show");
    case "complete":
      return completions(node.config.candidate, parameter(call.parameters, "xpath") ?? "");
    case "multi-config":
      return multiConfig(
        node,
        parameter(call.parameters, "element") ?? "",
        parameter(call.parameters, "strict-transactional") === "yes",
        caller,
      );
    default:
      return write(node, action, call, caller);
  }
}

async function write(node: ConfiguredNode, action: string, call: ApiCall, caller: Caller): Promise<Answer> {
  const changes = readChange(action, (name) => parameter(call.parameters, name));
  if (changes.kind === "refused") return changes.answer;
  const locked = obstacle(node, changes.changes, caller.admin);
  if (locked !== undefined) return locked;
  const outcomes = await node.config.changeAll(changes.changes, caller.admin, node.now(), "keep");
  const last = outcomes.at(-1);
  return last === undefined ? MALFORMED : toldOf(last);
}

function read(node: ConfiguredNode, tree: XmlElement, call: ApiCall, how: "get" | "show"): Answer {
  const source = parameter(call.parameters, "xpath");
  if (source === undefined || source === "") return told([tree], how);
  const xpath = parseXPath(source);
  if (xpath === undefined) return BAD_XPATH;
  const root = withPredefined(withPushed(tree, node.pushed, source), source);
  const tails = xpath.paths.filter(({ tail }) => tail.kind !== "nodes");
  const nodes =
    tails.length === 0
      ? select(root, xpath).map((found) => found.element)
      : xpath.paths.flatMap((path) => tailOf(root, path));
  if (nodes.length > 0) return told(nodes, how);
  return how === "get" ? NOTHING : refused(CODES.notPresent, "No such node");
}

/** What Panorama pushed is read below `/config/panorama`. */
function withPushed(tree: XmlElement, pushed: XmlElement | undefined, source: string): XmlElement {
  if (pushed === undefined || !source.includes("/config/panorama")) return tree;
  return { ...tree, children: [...tree.children, { ...pushed, name: "panorama" }] };
}

/** Only where it is asked for by name: it is no part of the tree. */
const withPredefined = (tree: XmlElement, source: string): XmlElement =>
  source.includes("/config/predefined") ? { ...tree, children: [...tree.children, predefined()] } : tree;

function tailOf(root: XmlElement, path: LocationPath): readonly XmlNode[] {
  const { tail } = path;
  const found = selectPath(root, path).map((node) => node.element);
  switch (tail.kind) {
    case "nodes":
      return found;
    case "text":
      return found.map(textOf).filter((text) => text !== "");
    case "attribute":
      return found.flatMap((node) => {
        const value = attribute(node, tail.name);
        return value === undefined ? [] : [element(node.name, [], [[tail.name, value]])];
      });
  }
}

function told(nodes: readonly XmlNode[], how: "get" | "show"): Answer {
  const body = writeXml(nodes);
  if (how === "show") return { kind: "result", body };
  return {
    kind: "result",
    body,
    code: CODES.success,
    attributes: `total-count="${nodes.length}" count="${nodes.length}"`,
  };
}
