import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runTool, type ToolResult } from "../tools/run-tool.ts";
import { readWorkspaces, type Workspace } from "./workspaces.ts";

const root = dirname(dirname(import.meta.dirname));
const minutes = 60_000;
let elsewhere: string;
let workspaces: readonly Workspace[];

/** Packs every package as `npm publish` would, and installs the archives in a folder that knows nothing of this checkout. */
beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), "understudy-packed-"));
  workspaces = await readWorkspaces(root);
  await succeeds(runTool("npm", ["pack", "--workspaces", "--pack-destination", elsewhere], { cwd: root }));
  const archives = (await readdir(elsewhere)).filter((file) => file.endsWith(".tgz"));
  expect(archives).toHaveLength(workspaces.length);
  await writeFile(join(elsewhere, "package.json"), '{ "private": true, "type": "module" }');
  const install = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await succeeds(runTool("npm", [...install, ...archives.map((file) => `./${file}`)], { cwd: elsewhere }));
}, 5 * minutes);
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

test("a packed package carries compiled code, its declarations and nothing else", async () => {
  for (const { name, folder } of workspaces) {
    const files = await readdir(join(elsewhere, "node_modules", name), { recursive: true });
    const own = files.filter((file) => !file.includes("node_modules"));
    expect(own, name).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "package.json"]));
    expect(
      own.filter((file) => /[.]test[.]|(?<![.]d)[.]ts$/.test(file)),
      name,
    ).toEqual([]);
    if (folder === "cli") expect(own).toContain("bin/understudy.mjs");
  }
});

test("every packed package can be imported", async () => {
  const names = JSON.stringify(workspaces.map((workspace) => workspace.name));
  const program = `for (const name of ${names}) await import(name); console.log("imported");`;
  const { ok, output } = await runTool(process.execPath, ["--input-type=module", "-e", program], { cwd: elsewhere });
  expect(output).toContain("imported");
  expect(ok).toBe(true);
});

test("the declarations of a packed package are whole", async () => {
  const uses = workspaces.map(({ name }, at) => `export type * as p${at} from "${name}";\n`);
  await writeFile(join(elsewhere, "use.ts"), uses.join(""));
  const compiler = join(root, "node_modules/typescript-native/bin/tsc");
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "esnext",
    "--skipLibCheck",
    "false",
    ...types,
  ];
  await succeeds(runTool(compiler, [...options, "use.ts"], { cwd: elsewhere }));
});

test("the packed command runs", async () => {
  const { ok, output } = await understudy([]);
  expect(output).toContain("0.1.0");
  expect(ok).toBe(true);
});

test("under a Node that is too old, and with no other in reach, the packed command says so in one line", async () => {
  const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });';
  const { ok, output } = await understudy(["--import", `data:text/javascript,${encodeURIComponent(old)}`]);
  expect(output).toMatch(/^understudy needs Node 24 or newer; [^\n]*\n$/);
  expect(ok).toBe(false);
});

function understudy(nodeOptions: readonly string[]): Promise<ToolResult> {
  const program = join(elsewhere, "node_modules/.bin/understudy");
  return runTool(process.execPath, [...nodeOptions, program, "--version"], { cwd: elsewhere });
}

async function succeeds(running: Promise<ToolResult>): Promise<void> {
  const { ok, output } = await running;
  expect(ok, output).toBe(true);
}
