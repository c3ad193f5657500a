import { CODES } from "../../wire/api/answer.ts";
import { readXml } from "../../wire/xml/read.ts";
import { attribute, type XmlElement, type XmlNode } from "../../wire/xml/tree.ts";
import { wantedName, type XPath } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { cloneAt, deleteAt, editAt, type MovePlace, moveAt, renameAt, setAt } from "./edits.ts";
import { changed, type Edited, refuse } from "./refusal.ts";

/** One change of the candidate configuration, as it is asked for and as the journal keeps it. */
export type ConfigChange =
  | { readonly action: "set" | "override" | "edit"; readonly xpath: string; readonly element: string }
  | { readonly action: "delete"; readonly xpath: string }
  | { readonly action: "rename"; readonly xpath: string; readonly newName: string }
  | { readonly action: "move"; readonly xpath: string; readonly where: MovePlace; readonly target?: string }
  | { readonly action: "clone"; readonly xpath: string; readonly from: string; readonly newName: string }
  /** The whole candidate is replaced by a document. */
  | { readonly action: "load"; readonly xpath: "/config"; readonly element: string };

const BAD_XPATH = refuse(CODES.badXpath, "Invalid xpath");
const MALFORMED = refuse(CODES.malformed, "Malformed Request");

/** What a change makes of a tree. Pure: the same change on the same tree gives the same. */
export function applyTo(root: XmlElement, change: ConfigChange): Edited {
  const xpath = parseXPath(change.xpath);
  if (xpath === undefined || xpath.paths.some(({ tail }) => tail.kind !== "nodes")) return BAD_XPATH;
  switch (change.action) {
    case "set": {
      const siblings = readSiblings(change.element);
      return siblings === undefined ? MALFORMED : setAt(root, xpath, siblings);
    }
    case "override": {
      const siblings = readSiblings(change.element);
      if (siblings === undefined) return MALFORMED;
      const node = itself(xpath, siblings);
      return node === undefined ? setAt(root, xpath, siblings) : editAt(root, xpath, node);
    }
    case "edit": {
      const [only, ...more] = readSiblings(change.element) ?? [];
      if (only === undefined || typeof only === "string" || more.length > 0) return MALFORMED;
      return editAt(root, xpath, only);
    }
    case "delete":
      return deleteAt(root, xpath);
    case "rename":
      return renameAt(root, xpath, change.newName);
    case "move":
      return moveAt(root, xpath, change.where, change.target);
    case "clone": {
      const from = parseXPath(change.from);
      return from === undefined ? BAD_XPATH : cloneAt(root, xpath, from, change.newName);
    }
    case "load": {
      const reading = readXml(change.element);
      // The root element tells of the node it stands on, not of the one the document comes from.
      return reading.ok ? changed({ ...reading.root, attributes: root.attributes }) : MALFORMED;
    }
  }
}

/** Clients give either what goes into the node or the node itself; this is the latter. */
function itself(xpath: XPath, siblings: readonly XmlNode[]): XmlElement | undefined {
  const last = xpath.paths.length === 1 ? xpath.paths[0]?.steps.at(-1) : undefined;
  const [only, ...more] = siblings.filter((sibling) => typeof sibling !== "string");
  if (last === undefined || only === undefined || more.length > 0 || only.name !== last.name) return undefined;
  const wanted = wantedName(last);
  return wanted === undefined || attribute(only, "name") === wanted ? only : undefined;
}

function readSiblings(source: string): readonly XmlNode[] | undefined {
  const reading = readXml(source, "fragment");
  return reading.ok ? reading.root.children : undefined;
}
