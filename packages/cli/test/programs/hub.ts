import { expect } from "vitest";
import { Program } from "./program.ts";

/** A Pantahub in a process of its own, and what a person does with it by hand. */
export class HubProgram implements AsyncDisposable {
  readonly #server: Program;
  readonly url: string;

  private constructor(server: Program, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start(): Promise<HubProgram> {
    const server = Program.start("understudy", ["pantahub", "serve", "--port", "0"]);
    const [, url = ""] = await server.says(/^pantahub \(http\): (\S+)$/m);
    return new HubProgram(server, url);
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** Runs `understudy pantahub …` and gives what it prints; it must end well. */
  async hand(...words: readonly string[]): Promise<string> {
    const { code, out, err } = await Program.run("understudy", ["pantahub", ...words, "--hub", this.url]);
    expect(err).toBe("");
    expect(code).toBe(0);
    return out;
  }

  /** Sets up a storage whose device registers here as user1's. */
  async storage(folder: string): Promise<void> {
    const token = (await this.hand("token")).trim();
    const args = ["init", "-s", folder, "--host", "http://127.0.0.1", "--port", this.port, "-t", token];
    const { code, out, err } = await Program.run("pantavisor-mocker", args);
    expect({ code, out, err }).toEqual({ code: 0, out: `Storage initialized at ${folder}\n`, err: "" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}
