import { CODES } from "../../wire/api/answer.ts";
import { readXml } from "../../wire/xml/read.ts";
import type { XmlElement, XmlNode } from "../../wire/xml/tree.ts";
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
    case "set":
    case "override": {
      const siblings = readSiblings(change.element);
      return siblings === undefined ? MALFORMED : setAt(root, xpath, siblings);
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
      return reading.ok ? changed(reading.root) : MALFORMED;
    }
  }
}

function readSiblings(source: string): readonly XmlNode[] | undefined {
  const reading = readXml(source, "fragment");
  return reading.ok ? reading.root.children : undefined;
}
