import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runTool } from "./tools/run-tool.ts";

const root = dirname(import.meta.dirname);

describe("a launched program", () => {
  let folder: string;
  let launched: ChildProcess;
  let ended: Promise<unknown>;
  let line: () => Promise<string | undefined>;

  /** Starts a launcher (by a shell, as npx does, where `by` says so) that runs `program` as its child; `line` gives what the child prints. */
  function launch(program: string, by: "us" | "npx" = "us"): void {
    writeFileSync(join(folder, "program.mjs"), program);
    const runChild = JSON.stringify(join(root, "packages/cli/bin/run-child.mjs"));
    const imports = `import { endWithNpm, runChild } from ${runChild};\nendWithNpm();\n`;
    const text = `${imports}runChild(process.execPath, ["program.mjs"], { GIVEN: "yes" });\n`;
    writeFileSync(join(folder, "launcher.mjs"), text);
    const node = JSON.stringify(process.execPath);
    const command = by === "npx" ? `${node} launcher.mjs; exit 3` : `exec ${node} launcher.mjs`;
    const env = { ...process.env, npm_lifecycle_event: by === "npx" ? "npx" : "" };
    launched = spawn("sh", ["-c", command], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    ended = once(launched, "exit");
    if (!launched.stdout) throw new Error("no output to read");
    const lines = createInterface(launched.stdout)[Symbol.asyncIterator]();
    line = async () => (await lines.next()).value;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "understudy-launch-"));
  });
  afterEach(() => {
    launched.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  test("gets its environment, and its exit code comes back", async () => {
    launch("console.log(process.env.GIVEN, process.env.UNDERSTUDY_LEASH); process.exit(7);");
    expect(await line()).toBe("yes undefined");
    expect(await ended).toEqual([7, null]);
  });

  test("ends its launcher by the signal that ended it", async () => {
    launch('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);');
    expect(await ended).toEqual([null, "SIGTERM"]);
  });

  test("gets a signal once, though terminal and npm send it to the launcher twice", async () => {
    launch(`
      let seen = 0;
      process.on("SIGINT", () => { seen += 1; console.log("interrupted"); });
      process.on("SIGTERM", () => process.exit(40 + seen));
      setInterval(() => {}, 1000);
      console.log("ready");
    `);
    expect(await line()).toBe("ready");
    launched.kill("SIGINT");
    expect(await line()).toBe("interrupted");
    launched.kill("SIGINT");
    launched.kill("SIGTERM");
    expect(await ended).toEqual([41, null]);
  });

  test("does not outlive a launcher that is killed outright", async () => {
    launch(
      'process.on("SIGTERM", () => { console.log("left alone"); process.exit(); }); console.log("ready"); setInterval(() => {}, 1000);',
    );
    expect(await line()).toBe("ready");
    launched.kill("SIGKILL");
    expect(await line()).toBe("left alone");
  });

  test("does not outlive the shell of npx, which dies of a signal and passes it to nobody", async () => {
    launch(
      'process.on("SIGTERM", () => { console.log("told"); process.exit(); }); console.log("ready"); setInterval(() => {}, 1000);',
      "npx",
    );
    expect(await line()).toBe("ready");
    launched.kill("SIGTERM");
    expect(await line()).toBe("told");
  });
});

test("npm's own signals reach our launcher: no script leaves a shell between them", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const script of Object.values(scripts)) expect(script).toMatch(/^exec node /);
});

describe("dependencies are installed", () => {
  const whyInstall = async (lock: unknown, installed: unknown): Promise<string> => {
    const house = mkdtempSync(join(tmpdir(), "understudy-lock-"));
    mkdirSync(join(house, "node_modules"));
    writeFileSync(join(house, "package-lock.json"), JSON.stringify({ packages: lock }));
    if (installed)
      writeFileSync(join(house, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
    cpSync(join(root, "scripts/bootstrap/dependencies.mjs"), join(house, "dependencies.mjs"));
    const program = 'import { whyInstall } from "./dependencies.mjs"; console.log(whyInstall("."));';
    const { output } = await runTool(process.execPath, ["--input-type=module", "-e", program], { cwd: house });
    rmSync(house, { recursive: true });
    return output.trim();
  };
  const one = { "node_modules/a": { version: "1.0.0", integrity: "x" } };

  test("where none are", async () => expect(await whyInstall(one, undefined)).toBe("none are there yet"));
  test("where one is missing", async () => expect(await whyInstall(one, {})).toContain("node_modules/a differs"));
  test("where one is of another version", async () =>
    expect(await whyInstall(one, { "node_modules/a": { version: "1.0.1", integrity: "x" } })).toContain("differs"));
  test("and left alone where they match", async () =>
    expect(await whyInstall({ "": {}, ...one }, one)).toBe("undefined"));
  test("and left alone where only another machine's part is missing", async () =>
    expect(await whyInstall({ "node_modules/b": { version: "1.0.0", optional: true } }, {})).toBe("undefined"));
});

test("an unknown task is a usage error", async () => {
  const { ok, output } = await runTool(process.execPath, ["scripts/run.mjs", "dance"], { cwd: root });
  expect(output).toBe("Usage: node scripts/run.mjs start|test|check|build|bench [arguments]\n");
  expect(ok).toBe(false);
});
