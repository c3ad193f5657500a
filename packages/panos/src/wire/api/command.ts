import { childText, elementsOf, textOf, type XmlElement } from "../xml/tree.ts";

/** An operational command, walked as far as a table of commands knows it. */
export interface Command {
  /** Such as `["show", "jobs", "id"]`. */
  readonly path: readonly string[];
  /** The element the path ends at: its text and children are the arguments. */
  readonly last: XmlElement;
}

/** The trimmed text of a command's last element, such as the `5` of `show jobs id 5`. */
export const argumentText = (command: Command): string => textOf(command.last).trim();
/** An argument by name, such as the `version` of a download. */
export const argument = (command: Command, name: string): string | undefined => childText(command.last, name);

/** A table of commands as a tree of words. */
export interface CommandTree<T> {
  readonly words: ReadonlyMap<string, CommandTree<T>>;
  readonly entry?: T;
}

export type Walk<T> =
  | { readonly found: true; readonly entry: T; readonly command: Command }
  | { readonly found: false; readonly path: readonly string[] };

/** Builds the tree from dotted paths, such as `show.system.info`. A path given twice keeps its first entry. */
export function commandTree<T>(entries: Iterable<readonly [path: string, entry: T]>): CommandTree<T> {
  const root = growing<T>();
  for (const [path, entry] of entries) {
    let at = root;
    for (const word of path.split(".")) {
      const next = at.words.get(word) ?? growing<T>();
      at.words.set(word, next);
      at = next;
    }
    at.entry ??= entry;
  }
  return root;
}

interface GrowingTree<T> extends CommandTree<T> {
  readonly words: Map<string, GrowingTree<T>>;
  entry?: T;
}

const growing = <T>(): GrowingTree<T> => ({ words: new Map() });

/**
 * Walks a command down the tree as long as its words are known. What stands below the longest known path is arguments.
 * When the command is not known, the path ends with the first word that was not expected.
 */
export function walkCommand<T>(tree: CommandTree<T>, root: XmlElement): Walk<T> {
  const path = [root.name];
  let at = tree.words.get(root.name);
  let last = root;
  while (at !== undefined) {
    const inner = elementsOf(last);
    const next = inner.find((element) => at?.words.has(element.name));
    if (next === undefined) {
      if (at.entry !== undefined) return { found: true, entry: at.entry, command: { path, last } };
      const [stray] = inner;
      return { found: false, path: stray === undefined ? path : [...path, stray.name] };
    }
    const stray = at.entry === undefined ? inner.find((element) => element !== next) : undefined;
    if (stray !== undefined) return { found: false, path: [...path, stray.name] };
    path.push(next.name);
    at = at.words.get(next.name);
    last = next;
  }
  return { found: false, path };
}
