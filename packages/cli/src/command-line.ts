import { type Command, CommanderError } from "commander";

/** Exit codes of every command: done, failed, wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: number;
}

/** Gives a command its options, its subcommands and what it does. */
export type CommandDefinition = (command: Command, outcome: Outcome) => void;

/** Runs a command line; `define` completes `program`. Gives the exit code; every failure is one line on stderr. */
export async function runCommandLine(
  program: Command,
  define: CommandDefinition,
  args: readonly string[],
): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.done };
  try {
    define(program, outcome);
    endByException(program);
    await program.parseAsync(args, { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { describeFailure } = await import("@understudy/kernel/live");
    const { text, exitCode } = describeFailure(error, process.env);
    process.stderr.write(`${text}\n`);
    return exitCode;
  }
}

function endByException(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) endByException(sub);
}
