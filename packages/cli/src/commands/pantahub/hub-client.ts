import { readFile } from "node:fs/promises";
import { messageOf, NetworkError, UnderstudyError, UsageError } from "@understudy/kernel";
import { connectPantahub, type PantahubUser } from "@understudy/pantavisor";
import type { Command } from "commander";

/** Which Pantahub a command speaks to, and as whom. */
export interface HubOptions {
  readonly hub: string;
  readonly user: string;
  readonly password: string;
  readonly ca?: string;
  readonly json?: boolean;
}

const DEFAULT_HUB = "http://127.0.0.1:7410";

/** Adds the options of {@link HubOptions} to a command. */
export function addHubOptions(command: Command): Command {
  const { UNDERSTUDY_HUB, UNDERSTUDY_HUB_USER, UNDERSTUDY_HUB_PASSWORD } = process.env;
  return command
    .option("--hub <url>", "the Pantahub; also UNDERSTUDY_HUB", UNDERSTUDY_HUB ?? DEFAULT_HUB)
    .option("--user <name>", "account; also UNDERSTUDY_HUB_USER", UNDERSTUDY_HUB_USER ?? "user1")
    .option(
      "--password <text>",
      "its password; also UNDERSTUDY_HUB_PASSWORD (default: the account's name)",
      UNDERSTUDY_HUB_PASSWORD,
    )
    .option("--ca <file>", "PEM file of the authority to trust (default: the system's)")
    .option("--json", "print JSON");
}

/** What a command has to say: as data, and in words. */
export interface Told {
  readonly value: unknown;
  readonly text: string;
}

/** Runs `work` as the account's user and prints what it gives on standard output. */
export async function withHub(options: HubOptions, work: (user: PantahubUser) => Promise<Told>): Promise<void> {
  const ca = options.ca === undefined ? {} : { ca: await pemIn(options.ca) };
  await using hub = await connectPantahub(options.hub, ca);
  try {
    const { value, text } = await work(hub.user(options.user, options.password));
    process.stdout.write(options.json === true ? `${JSON.stringify(value)}\n` : text === "" ? "" : `${text}\n`);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const message = `No Pantahub answers at ${options.hub} (${messageOf(error)}); name it with --hub.`;
    throw new UnderstudyError("no-hub", message, { hub: options.hub }, { cause: error });
  }
}

async function pemIn(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError("bad-option", `--ca ${file}: ${messageOf(error)}`, { file }, { cause: error });
  }
}
