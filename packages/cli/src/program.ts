import { describeFailure } from "@understudy/kernel/live";
import { Command, CommanderError } from "commander";
import { addLabCommands } from "./commands/lab-commands.ts";
import { addQuickStart } from "./commands/quick-start.ts";
import { addServeCommands } from "./commands/serve.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addUp } from "./commands/up.ts";
import { version } from "./version.ts";

/** Exit codes of every command: done, failed, wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: number;
}

/** The `understudy` command line. Commands are loaded when they run. */
export function createProgram(outcome: Outcome): Command {
  const program = new Command("understudy")
    .description("Stand-in devices, and the clouds they talk to.")
    .version(version, "-V, --version", "print the version")
    .showHelpAfterError("(understudy --help shows what there is)")
    .exitOverride()
    .addHelpText(
      "after",
      "\nExample:\n  understudy quick-start        a device updating itself from an embedded cloud\n  understudy up lab.yaml        a lab of your own",
    );
  addQuickStart(program, outcome);
  addUp(program, outcome);
  addSimulate(program, outcome);
  addServeCommands(program, outcome);
  addLabCommands(program, outcome);
  for (const command of program.commands) inherit(command);
  return program;
}

/** Runs the command line and gives its exit code; every failure is one line on stderr. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.done };
  try {
    await createProgram(outcome).parseAsync(args, { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { text, exitCode } = describeFailure(error, process.env);
    process.stderr.write(`${text}\n`);
    return exitCode;
  }
}

function inherit(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) inherit(sub);
}
