import { type Answer, badRequest, CODES, MALFORMED, refused } from "../../wire/api/answer.ts";
import { readXml } from "../../wire/xml/read.ts";
import { attribute, child, elementsOf, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { literal } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { missing } from "../api/answer-call.ts";
import type { ConfigChange } from "./change.ts";
import type { MovePlace } from "./edits.ts";

export type ReadChange =
  | { readonly kind: "changes"; readonly changes: readonly ConfigChange[] }
  | { readonly kind: "refused"; readonly answer: Answer };

const refuse = (answer: Answer): ReadChange => ({ kind: "refused", answer });
const one = (change: ConfigChange): ReadChange => ({ kind: "changes", changes: [change] });

const PLACES: readonly MovePlace[] = ["before", "after", "top", "bottom"];
const placeOf = (text: string | undefined): MovePlace | undefined => PLACES.find((place) => place === text);

/** Reads a change from the parameters of a call, or from the attributes of an element of a multi-config. */
export function readChange(action: string, given: (name: string) => string | undefined): ReadChange {
  const xpath = given("xpath");
  if (xpath === undefined || xpath === "") return refuse(missing("xpath"));
  if (isVague(xpath)) return refuse(refused(CODES.badXpath, "Invalid xpath"));
  switch (action) {
    case "set":
    case "override":
    case "edit": {
      const element = given("element");
      if (element === undefined) return refuse(missing("element"));
      if (element.trim() === "")
        return action === "set" ? one({ action, xpath, element: "" }) : refuse(missing("element"));
      return isFragment(element) ? one({ action, xpath, element }) : refuse(MALFORMED);
    }
    case "delete":
      return one({ action, xpath });
    case "rename": {
      const newName = given("newname");
      return newName === undefined || newName === "" ? refuse(missing("newname")) : one({ action, xpath, newName });
    }
    case "clone": {
      const [from, newName] = [given("from"), given("newname")];
      if (from === undefined || from === "") return refuse(missing("from"));
      return newName === undefined || newName === ""
        ? refuse(missing("newname"))
        : one({ action, xpath, from, newName });
    }
    case "move":
      return readMove(xpath, given("where"), given("dst"));
    case "multi-move":
    case "multi-clone":
      return readMany(action, xpath, given("element") ?? "", given("where"), given("dst"));
    default:
      return refuse(badRequest(`Illegal value for parameter "action" [${action}].`));
  }
}

/** `//` is for reading only. */
const isVague = (xpath: string): boolean =>
  xpath.includes("//") && parseXPath(xpath)?.paths.some(({ steps }) => steps.some(({ anywhere }) => anywhere)) === true;

/** Elements side by side. Text between them would be lost: it is an error. */
function isFragment(source: string): boolean {
  const reading = readXml(source, "fragment");
  return reading.ok && textOf(reading.root).trim() === "";
}

function readMove(xpath: string, where: string | undefined, dst: string | undefined): ReadChange {
  const place = placeOf(where);
  if (place === undefined)
    return refuse(
      where === undefined ? missing("where") : badRequest(`Illegal value for parameter "where" [${where}].`),
    );
  if (place === "top" || place === "bottom") return one({ action: "move", xpath, where: place });
  return dst === undefined || dst === ""
    ? refuse(missing("dst"))
    : one({ action: "move", xpath, where: place, target: dst });
}

/** `<selected-list><source xpath="…"><member>name</member></source></selected-list>`: many entries into one holder. */
function readMany(
  action: "multi-move" | "multi-clone",
  xpath: string,
  source: string,
  where: string | undefined,
  dst: string | undefined,
): ReadChange {
  const reading = readXml(source);
  const list = reading.ok
    ? reading.root.name === "selected-list"
      ? reading.root
      : child(reading.root, "selected-list")
    : undefined;
  if (list === undefined) return refuse(MALFORMED);
  const changes: ConfigChange[] = [];
  for (const from of elementsOf(list)) {
    for (const member of elementsOf(from))
      changes.push(...carry(action, xpath, attribute(from, "xpath") ?? xpath, member));
  }
  const place = placeOf(where);
  const names = elementsOf(list).flatMap((from) => elementsOf(from).map((member) => textOf(member).trim()));
  if (place !== undefined) {
    const target = dst === undefined ? {} : { target: dst };
    for (const name of place === "top" ? names.toReversed() : names)
      changes.push({ action: "move", xpath: `${xpath}/entry[@name=${literal(name)}]`, where: place, ...target });
  }
  return changes.length === 0
    ? refuse(refused(CODES.invalidObject, "nothing is selected"))
    : { kind: "changes", changes };
}

/** An entry goes to another holder: a copy there, and for a move nothing left behind. */
function carry(
  action: "multi-move" | "multi-clone",
  xpath: string,
  from: string,
  member: XmlElement,
): readonly ConfigChange[] {
  const name = textOf(member).trim();
  if (from === xpath) return [];
  const source = `${from}/entry[@name=${literal(name)}]`;
  const copy: ConfigChange = { action: "clone", xpath, from: source, newName: attribute(member, "newname") ?? name };
  return action === "multi-clone" ? [copy] : [copy, { action: "delete", xpath: source }];
}
