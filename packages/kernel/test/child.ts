import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * A process of its own that runs a module text. The text imports our sources by `await source("store/open-stores.ts")` and writes
 * lines by `await say(line)`.
 */
export class Child {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(text: string) {
    const prelude = `
      const source = (path) => import(${JSON.stringify(`${sources}/`)} + path);
      const say = (line) => new Promise((done) => process.stdout.write(line + "\\n", done));`;
    this.#process = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", `${prelude}\n${text}`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    if (this.#process.stdout === null) throw new Error("The child has no output");
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  /** The next line of output; `undefined` at the end. */
  async line(): Promise<string | undefined> {
    const next = await this.#lines.next();
    return next.done ? undefined : next.value;
  }

  /** Kills it at once, and gives back what it had still written. */
  async kill(): Promise<readonly string[]> {
    const ended = this.#process.exitCode === null ? once(this.#process, "exit") : undefined;
    this.#process.kill("SIGKILL");
    await ended;
    return await this.rest();
  }

  /** All further lines. */
  async rest(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) lines.push(line);
    return lines;
  }
}

const sources = join(import.meta.dirname, "../src");
