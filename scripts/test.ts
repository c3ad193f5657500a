import process from "node:process";
import { parseCLI, startVitest } from "vitest/node";
import { TestCounter } from "./test/test-counter.ts";

// `npm test [-- FILTER… OPTIONS]`: vitest with its own options, and as the very last line the number of test cases.
const counter = new TestCounter();
process.once("exit", (code) => {
  const hasFailed = code !== 0 || counter.hasFailed;
  process.exitCode = hasFailed && code === 0 ? 1 : code;
  process.stdout.write(`${counter.line}\n`);
});
const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
const reporters = options.reporters ?? ["default"];
const vitest = await startVitest(filter, { ...options, reporters: [...[reporters].flat(), counter] });
await vitest.exit();
