import { dirname } from "node:path";
import process from "node:process";
import { CHECKS, runCheck } from "./checks/checks.ts";

// `npm run check`: every check in turn; all of them run even where one fails, so that one run shows all there is to mend.
const root = dirname(import.meta.dirname);
const failed: string[] = [];
for (const check of CHECKS) {
  console.log(`\n== ${check.name} (${check.program.split("/").at(-1)})`);
  const begun = performance.now();
  const { ok } = await runCheck(check, root, (text) => process.stdout.write(text));
  console.log(`${ok ? "ok" : "FAILED"}, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  if (!ok) failed.push(check.name);
}
console.log(failed.length === 0 ? `\nAll ${CHECKS.length} checks passed.` : `\nFailed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
