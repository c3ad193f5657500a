import { type Command, CommanderError } from "commander";

/** Exit codes of every command: done, failed, wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: number;
}

/** Adds commands to a program. */
export type CommandAdder = (program: Command, outcome: Outcome) => void;

/** Runs a command line that is made of `adders`. */
export async function runCommandLine(
  program: Command,
  adders: readonly CommandAdder[],
  args: readonly string[],
): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.done };
  try {
    for (const add of adders) add(program, outcome);
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
