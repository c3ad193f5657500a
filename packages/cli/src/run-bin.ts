/**
 * Runs a program with this process's arguments and ends the process with its exit code. What it has written is out by then: pipes
 * take their time.
 */
export async function runBin(run: (args: readonly string[]) => Promise<number>): Promise<never> {
  // Whoever reads our output may stop reading: `understudy watch | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  const code = await run(process.argv.slice(2));
  await Promise.all([process.stdout, process.stderr].map(written));
  process.exit(code);
}

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write("", () => resolve()));
