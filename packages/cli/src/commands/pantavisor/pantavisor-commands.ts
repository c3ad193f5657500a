import { Command, Option } from "commander";
import { type CommandDefinition, type Outcome, runCommandLine } from "../../command-line.ts";
import { version } from "../../version.ts";
import type { StartOptions } from "./start-mocker.ts";

const STORAGE = ["-s, --storage <dir>", "storage folder of the device", "storage"] as const;

/** `understudy pantavisor …`. */
export const definePantavisor: CommandDefinition = (group, outcome) =>
  addMockerCommands(group, outcome, "understudy pantavisor");

/** Runs `pantavisor-mocker`: the same commands under the name that their users know. */
export async function runMocker(args: readonly string[]): Promise<number> {
  const program = new Command("pantavisor-mocker")
    .description("Plays a Pantavisor device for Pantahub.")
    .version(version, "-V, --version", "print the version")
    .showHelpAfterError("(pantavisor-mocker --help shows what there is)");
  const wanted = args.length === 0 ? ["--help"] : args;
  return runCommandLine(program, (one, outcome) => addMockerCommands(one, outcome, "pantavisor-mocker"), wanted);
}

function addMockerCommands(group: Command, outcome: Outcome, name: string): void {
  addInit(group, name);
  addStart(group, outcome, name);
  addAttach(group, outcome, name);
}

function addInit(group: Command, name: string): void {
  group
    .command("init")
    .description("set up a storage folder; what is there stays, and what is given is written")
    .option("-t, --token <text>", "autotoken to register with")
    .option("--host <name>", "Pantahub's host; http:// before it means no TLS (default: api.pantahub.com)")
    .option("--port <n>", "Pantahub's port (default: 443)")
    .option(...STORAGE)
    .addHelpText("after", `\nExample:\n  ${name} init --host http://127.0.0.1 --port 7410 --token TOKEN -s dev1`)
    .action(async ({ storage, ...config }: { readonly storage: string } & Readonly<Record<string, string>>) => {
      const { initMockerFolder } = await import("@understudy/pantavisor");
      await initMockerFolder(storage, config);
      process.stdout.write(`Storage initialized at ${storage}\n`);
    });
}

function addStart(group: Command, outcome: Outcome, name: string): void {
  group
    .command("start")
    .description("run the device of a storage folder; the folder is made when it is missing")
    .option(...STORAGE)
    .option("--one-shot", "end after one pass, an update included; exit code 1 when the hub does not answer it")
    .option("--debug", "tell more")
    .option("--no-tui", "lines instead of a full screen")
    .option("-a, --auto", "answer questions by chance, by the weights of config/mocker.json")
    .option("--decision-timeout <seconds>", "an unanswered update ends as DONE (default: 10; on a terminal it waits)")
    .addOption(
      new Option("--compat <how>", "replies of the control socket: safe, or those of the original")
        .choices(["safe", "strict"])
        .default("safe"),
    )
    .option("--json", "print the device's events as JSON lines on standard output")
    .option("--lab-port <n>", "serve the lab API too, on this port (0 for a free one)")
    .addHelpText("after", `\nExample:\n  ${name} start -s dev1 --no-tui`)
    .action(async (options: StartOptions) => {
      const { startMocker } = await import("./start-mocker.ts");
      outcome.exitCode = await startMocker(options);
    });
}

function addAttach(group: Command, outcome: Outcome, name: string): void {
  group
    .command("attach")
    .description("watch a running device, and answer its questions")
    .option(...STORAGE)
    .addHelpText("after", `\nExample:\n  ${name} attach -s dev1`)
    .action(async ({ storage }: { readonly storage: string }) => {
      const { attachToMocker } = await import("./attach-mocker.ts");
      outcome.exitCode = await attachToMocker(storage);
    });
}
