import type { Network } from "@understudy/kernel";

/** What a command-line tool has of the machine it runs on. Paths are absolute or relative to the working directory. */
export interface ToolIo {
  readonly network: Network;
  readonly env: Readonly<Record<string, string | undefined>>;
  out(content: Uint8Array | string): void | Promise<void>;
  err(text: string): void | Promise<void>;
  /** All of standard input. */
  input(): Promise<Uint8Array>;
  /** `undefined` when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  write(path: string, content: Uint8Array): Promise<void>;
  isSocket(path: string): Promise<boolean>;
  /** Runs another program in this one's place and gives its exit code; absent where none can be run. */
  readonly run?: (words: readonly string[]) => Promise<number>;
}
