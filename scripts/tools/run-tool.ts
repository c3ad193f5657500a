import { spawn } from "node:child_process";
import { dirname } from "node:path";
import process from "node:process";

/** What a tool said, and whether it ended with exit code 0. */
export interface ToolResult {
  readonly ok: boolean;
  readonly output: string;
}

/** Where a tool runs, and who hears it while it does (by default nobody: everything is in the result). */
export interface ToolOptions {
  readonly cwd: string;
  readonly echo?: (text: string) => void;
}

/**
 * Runs a program to its end under the Node that runs us.
 * @throws Error where the program cannot be started
 */
export function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ""}`;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, PATH: path } });
    let output = "";
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      options.echo?.(chunk.toString());
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", (code) => resolve({ ok: code === 0, output }));
  });
}
