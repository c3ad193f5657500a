import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { buffer } from "node:stream/consumers";
import { RealTime } from "@understudy/kernel";
import { describeFailure, SocketNetwork } from "@understudy/kernel/live";
import type { ToolIo } from "@understudy/pantavisor";

/** Shells give this code for a program that cannot be started. */
const NOT_FOUND = 127;
const ENDED_BY_SIGNAL = 128;

/** Runs a tool on this machine and gives its exit code. What the tool did not expect is one line on stderr, and 1. */
export async function runTool(
  tool: (argv: readonly string[], io: ToolIo) => Promise<number>,
  argv: readonly string[],
): Promise<number> {
  const time = new RealTime();
  const network = new SocketNetwork(time);
  try {
    return await tool(argv, { ...machine, network, env: process.env });
  } catch (error) {
    process.stderr.write(`${describeFailure(error, process.env).text}\n`);
    return 1;
  } finally {
    await network[Symbol.asyncDispose]();
    time[Symbol.dispose]();
  }
}

const machine: Omit<ToolIo, "network" | "env"> = {
  out: (content) => written(process.stdout, content),
  err: (text) => written(process.stderr, text),
  input: () => buffer(process.stdin),
  read: (path) => readFile(path).catch(unlessMissing),
  write: (path, content) => writeFile(path, content),
  isSocket: async (path) => (await stat(path).catch(unlessMissing))?.isSocket() === true,
  run,
};

/** Resolves when the reader can take more: the process may end right after. */
async function written(to: NodeJS.WritableStream, content: Uint8Array | string): Promise<void> {
  if (!to.write(content)) await once(to, "drain");
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}

function run([program = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit" });
    child.once("error", (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(NOT_FOUND);
    });
    child.once("exit", (code, signal) =>
      resolve(code ?? ENDED_BY_SIGNAL + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
