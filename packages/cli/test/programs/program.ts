import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export type Bin = "understudy" | "pantavisor-mocker" | "pvcontrol" | "pvcurl";

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const from = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What Node runs: the launcher, as users do, or the program itself, where a signal is to reach it and nothing else. */
const LAUNCHED = (bin: Bin): readonly string[] => [from(`bin/${bin}.mjs`)];
const ALONE = (bin: Bin): readonly string[] => [
  "--conditions=understudy-source",
  "--disable-warning=ExperimentalWarning",
  from(`src/bin/${bin}.ts`),
];

/** One of our programs, as a process of its own. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<Ended>;
  readonly #waiting = new Set<() => void>();
  #out = "";
  #err = "";
  #isOver = false;

  private constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, command, {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdin.on("error", () => undefined); // it does not read any more
    const take = (stream: Readable, add: (text: string) => void): void => {
      stream.setEncoding("utf8").on("data", (text: string) => {
        add(text);
        for (const look of this.#waiting) look();
      });
    };
    take(child.stdout, (text) => (this.#out += text));
    take(child.stderr, (text) => (this.#err += text));
    this.#ended = new Promise((resolve) =>
      child.once("close", (code) => {
        this.#isOver = true;
        for (const look of this.#waiting) look();
        resolve({ code, out: this.#out, err: this.#err });
      }),
    );
  }

  static start(bin: Bin, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    return new Program([...LAUNCHED(bin), ...args], env);
  }

  /** Without the launcher, so that SIGKILL hits the program itself. */
  static startAlone(bin: Bin, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    return new Program([...ALONE(bin), ...args], env);
  }

  /** Runs a program to its end; `input` is what it reads. */
  static async run(
    bin: Bin,
    args: readonly string[],
    input = "",
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const program = Program.start(bin, args, env);
    program.#child.stdin.end(input);
    return program.ended;
  }

  get ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Everything written so far. */
  get text(): string {
    return this.#out + this.#err;
  }

  /** Resolves to what `wanted` finds in the output, as soon as it is there. Rejects when the program ends without. */
  says(wanted: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = wanted.exec(this.#out) ?? wanted.exec(this.#err);
        if (found === null && !this.#isOver) return;
        this.#waiting.delete(look);
        if (found !== null) resolve(found);
        else reject(new Error(`It ended without saying ${wanted}:\n${this.text}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  types(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.#child.kill(signal);
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    await this.stop("SIGTERM");
  }
}
