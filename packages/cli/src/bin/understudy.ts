import { runProgram } from "../program.ts";

/** Whoever reads our output may stop reading: `understudy watch | head`. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exit(await runProgram(process.argv.slice(2)));
