/** Runs a program with this process's arguments and ends the process with its exit code. */
export async function runBin(run: (args: readonly string[]) => Promise<number>): Promise<never> {
  // Whoever reads our output may stop reading: `understudy watch | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  process.exit(await run(process.argv.slice(2)));
}
