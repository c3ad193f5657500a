import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

// `npm run bench [-- NAME…] [--compiled]`: every bench/NAME.ts (and packages/*/bench/NAME.ts) whose name contains one of NAME…, each in a process of its own. Sources run as
// they are; with --compiled the packages are taken from dist/ (after `npm run build`), as users of a published package have them.
const root = dirname(import.meta.dirname);
const { positionals, values } = parseArgs({ allowPositionals: true, options: { compiled: { type: "boolean" } } });
const benches = globSync(["bench/*.ts", "packages/*/bench/*.ts"], { cwd: root, exclude: ["**/*.test.ts"] })
  .sort()
  .filter((file) => positionals.length === 0 || positionals.some((name) => basename(file).includes(name)));
if (benches.length === 0) {
  console.error(
    `No bench is called ${positionals.join(" or ") || "anything yet"}; they are the files bench/*.ts and packages/*/bench/*.ts`,
  );
  process.exit(1);
}
const code = values.compiled ? "compiled code" : "sources";
console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${code}`);
const failed: string[] = [];
for (const file of benches) {
  console.log(`\n== ${file}`);
  if (!(await runs(file))) failed.push(file);
}
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function runs(file: string): Promise<boolean> {
  const conditions = values.compiled ? [] : ["--conditions=understudy-source"];
  const options = [...conditions, "--expose-gc", "--disable-warning=ExperimentalWarning"];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...options, join(root, file)], { stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (exitCode) => resolve(exitCode === 0));
  });
}
