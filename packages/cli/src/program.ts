import { Command } from "commander";
import { type CommandAdder, runCommandLine } from "./command-line.ts";
import { version } from "./version.ts";

/** Commands that are loaded together, when one of them is called or all are listed. */
interface CommandGroup {
  readonly names: readonly string[];
  load(): Promise<CommandAdder>;
}

const GROUPS: readonly CommandGroup[] = [
  { names: ["quick-start"], load: async () => (await import("./commands/quick-start.ts")).addQuickStart },
  { names: ["up"], load: async () => (await import("./commands/up.ts")).addUp },
  { names: ["simulate"], load: async () => (await import("./commands/simulate.ts")).addSimulate },
  {
    names: ["pantavisor"],
    load: async () => (await import("./commands/pantavisor/pantavisor-commands.ts")).addPantavisor,
  },
  {
    names: ["pantahub", "panorama", "edge-cloud"],
    load: async () => (await import("./commands/serve.ts")).addServeCommands,
  },
  {
    names: ["status", "devices", "answer", "power-cut", "power-on", "watch"],
    load: async () => (await import("./commands/lab-commands.ts")).addLabCommands,
  },
];

/** Runs the `understudy` command line and gives its exit code; every failure is one line on stderr. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const called = GROUPS.filter(({ names }) => names.includes(args[0] ?? ""));
  const adders = await Promise.all((called.length > 0 ? called : GROUPS).map((group) => group.load()));
  return runCommandLine(understudy(), adders, args);
}

function understudy(): Command {
  return new Command("understudy")
    .description("Stand-in devices, and the clouds they talk to.")
    .version(version, "-V, --version", "print the version")
    .showHelpAfterError("(understudy --help shows what there is)")
    .addHelpText(
      "after",
      "\nExample:\n  understudy quick-start        a device updating itself from an embedded cloud\n  understudy up lab.yaml        a lab of your own",
    );
}
