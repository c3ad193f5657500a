import { foldersOf } from "./path.ts";
import type { SyncedTree } from "./synced-tree.ts";
import { type Change, GONE } from "./tree.ts";

/** What decides over unsynced changes in a power cut. */
export interface CutRules {
  readonly keep: (path: string) => boolean;
  /** Old name to new name of files renamed since the last sync: a rename happened as a whole or not at all. */
  readonly moved: ReadonlyMap<string, string> | undefined;
  readonly synced: Pick<SyncedTree, "get" | "ceiling">;
}

/**
 * The changes that made it to the disk. Where a kept file and one that came back cannot both exist, since one would be a folder
 * of the other, the one that came back wins.
 */
export function withoutConflicts(changes: readonly Change[], rules: CutRules): Change[] {
  const kept = changes.filter((change) => rules.keep(fateOf(change.path, rules.moved)));
  const gone = new Set(kept.filter((change) => change.entry === GONE).map((change) => change.path));
  const stands = (path: string): boolean => rules.synced.get(path) !== undefined && !gone.has(path);
  return kept.filter(({ path, entry }) => {
    if (entry === GONE || rules.synced.get(path) !== undefined) return true;
    return !foldersOf(path).some(stands) && !hasBelow(path, rules.synced, gone);
  });
}

/** The path whose fate decides over this one's. */
export function fateOf(path: string, moved: ReadonlyMap<string, string> | undefined): string {
  let fate = path;
  for (let next = moved?.get(fate); next !== undefined; next = moved?.get(fate)) fate = next;
  return fate;
}

function hasBelow(folder: string, synced: CutRules["synced"], gone: ReadonlySet<string>): boolean {
  const prefix = `${folder}/`;
  let path = synced.ceiling(prefix);
  while (path?.startsWith(prefix) && gone.has(path)) path = synced.ceiling(`${path}\0`);
  return path?.startsWith(prefix) ?? false;
}
