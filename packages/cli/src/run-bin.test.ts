import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const MANY = 2_000_000;
const program = (body: string) =>
  `import { runBin } from ${JSON.stringify(new URL("run-bin.ts", import.meta.url).href)};
   await runBin(async () => { ${body} });`;

test("what a program has written is out before it ends, however slowly it is read", async () => {
  const body = `process.stdout.write("x".repeat(${MANY})); process.stderr.write("y".repeat(${MANY})); return 3;`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program(body)]);
  const ended = once(child, "exit");
  await once(child.stdout, "readable"); // it has begun, and its pipes are full
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect([out.length, err.length, code]).toEqual([MANY, MANY, 3]);
});

test("who stops reading ends the program without a word", async () => {
  const body = `for (;;) await new Promise((next) => process.stdout.write("x".repeat(100_000), next));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program(body)]);
  const ended = once(child, "exit");
  await once(child.stdout, "readable");
  child.stdout.destroy();
  const [err, [code]] = await Promise.all([text(child.stderr), ended]);
  expect([err, code]).toEqual(["", 0]);
});
