import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A package of this repository. */
export interface Workspace {
  /** Its npm name: `@understudy/kernel`. */
  readonly name: string;
  /** The name of its folder in `packages/`: `kernel`. */
  readonly folder: string;
  readonly path: string;
  /** The npm names of everything it depends on at run time. */
  readonly dependencies: readonly string[];
}

/** All packages below `packages/` of the house at `root`. */
export async function readWorkspaces(root: string): Promise<readonly Workspace[]> {
  const folders = await readdir(join(root, "packages"));
  return Promise.all(
    folders.map(async (folder) => {
      const path = join(root, "packages", folder);
      const { name, dependencies = {} } = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
      return { name, folder, path, dependencies: Object.keys(dependencies) };
    }),
  );
}

/**
 * The packages named by folder or npm name (all where none is named) and everything of ours they stand on, lowest floor first.
 * @throws Error where a name is unknown, or packages need each other in a circle
 */
export function inBuildOrder(workspaces: readonly Workspace[], names: readonly string[]): readonly Workspace[] {
  const ordered: Workspace[] = [];
  const visit = (workspace: Workspace, above: readonly string[]): void => {
    if (ordered.includes(workspace)) return;
    const path = [...above, workspace.name];
    if (above.includes(workspace.name)) throw new Error(`Packages need each other in a circle: ${path.join(" → ")}`);
    for (const below of workspaces) if (workspace.dependencies.includes(below.name)) visit(below, path);
    ordered.push(workspace);
  };
  for (const name of names.length > 0 ? names : workspaces.map((workspace) => workspace.name)) {
    const found = workspaces.find((workspace) => workspace.name === name || workspace.folder === name);
    if (!found)
      throw new Error(`No package is called ${name}; there are ${workspaces.map((w) => w.folder).join(", ")}`);
    visit(found, []);
  }
  return ordered;
}
