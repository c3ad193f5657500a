import { join } from "node:path";
import { runTool, type ToolOptions, type ToolResult } from "../tools/run-tool.ts";

/** One of the checks of `npm run check`: a program of `node_modules` that ends with 0 where the house is in order. */
export interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** Formatting, and the lint rules that need no types. */
export const STYLE: Check = { name: "format and style", program: "biome", args: ["check", "--error-on-warnings", "."] };

/** Lint rules that know types (floating promises, exhaustive switches), and the world that is given. */
export const LINT: Check = { name: "lint", program: "oxlint", args: ["."] };

/** The compiler, strict, over sources, tests and scripts. */
export const TYPES: Check = { name: "types", program: "../typescript-native/bin/tsc", args: ["-p", ".", "--noEmit"] };

/** Who may import whom. */
export const FLOORS: Check = {
  name: "floors and rooms",
  program: "depcruise",
  args: ["--config", ".dependency-cruiser.mjs", "packages", "scripts", "bench", "examples"],
};

/** Files, exports and dependencies nobody uses. */
export const UNUSED: Check = { name: "unused", program: "knip", args: ["--no-progress", "--no-config-hints"] };

/** Exports that only tests use. */
export const DEAD: Check = {
  name: "dead exports",
  program: "knip",
  args: ["--production", "--include", "files,exports,types", "--no-progress", "--no-config-hints"],
};

/** All checks, in the order in which they run: the quick and frequent findings first. */
export const CHECKS: readonly Check[] = [STYLE, LINT, TYPES, FLOORS, UNUSED, DEAD];

/** Runs a check in the house at `root`. */
export function runCheck(check: Check, root: string, echo?: ToolOptions["echo"]): Promise<ToolResult> {
  const program = join(root, "node_modules", ".bin", check.program);
  return runTool(program, check.args, echo ? { cwd: root, echo } : { cwd: root });
}
