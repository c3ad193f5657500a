// `npm start`, `npm test` and their like, on a fresh clone: installs what package-lock.json names, then runs the task under Node 24.
// Old syntax on purpose: this file runs under whatever Node the machine has.
import { delimiter, dirname, join } from "path";
import { fileURLToPath } from "url";
import { findInstalledNode, isThisNodeNewEnough, tooOldLine } from "../packages/cli/bin/find-node.mjs";
import { compileCache, sourceArguments } from "../packages/cli/bin/launch.mjs";
import { endWithNpm, runChild } from "../packages/cli/bin/run-child.mjs";
import { installDependencies, whyInstall } from "./bootstrap/dependencies.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tasks = {
  start: ["packages/cli/src/bin/understudy.ts", "quick-start"],
  test: ["scripts/test.ts"],
  check: ["scripts/check.ts"],
  build: ["scripts/build.ts"],
  bench: ["scripts/bench.ts"],
};

const task = tasks[process.argv[2]];
if (!task) {
  console.error(`Usage: node scripts/run.mjs ${Object.keys(tasks).join("|")} [arguments]`);
  process.exit(2);
}
const reason = whyInstall(root);
if (reason) {
  console.log(`Installing dependencies (${reason}) …`);
  if (!installDependencies(root)) process.exit(1);
}
const node = findInstalledNode([root]) || (isThisNodeNewEnough() ? process.execPath : undefined);
if (!node) {
  console.error(tooOldLine("Understudy"));
  process.exit(1);
}
const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
endWithNpm();
const program = sourceArguments(join(root, task[0])).concat(task.slice(1), process.argv.slice(3));
runChild(node, program, Object.assign({ PATH: path }, compileCache()));
