import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPvcontrol } from "../src/device/tools/pvcontrol.ts";
import { runPvcurl } from "../src/device/tools/pvcurl.ts";
import { readTar } from "../src/device/tools/tar.ts";
import type { ToolIo } from "../src/device/tools/tool-io.ts";
import { type LiveDevice, liveDevice } from "./live-device.ts";

const STATE = {
  "#spec": "pantavisor-service-system@1",
  "app/run.json": { name: "app", type: "lxc", config: "lxc.conf", group: "app", roles: [] },
};

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

let live: LiveDevice;
let folder: string;
beforeAll(async () => {
  live = await liveDevice({}, { files: { "trails/0/.pvr/json": JSON.stringify(STATE) } });
  folder = await mkdtemp(join(tmpdir(), "understudy-tools-"));
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function run(
  tool: (argv: readonly string[], io: ToolIo) => Promise<number>,
  argv: readonly string[],
  input = "",
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  let out = "";
  let err = "";
  const exit = await tool(argv, {
    network: live.cell.network,
    env,
    out: (content) => {
      out += typeof content === "string" ? content : Buffer.from(content).toString("latin1");
    },
    err: (text) => {
      err += text;
    },
    input: async () => Buffer.from(input),
    read: (path) => readFile(path).catch(() => undefined),
    write: (path, content) => writeFile(path, content),
    isSocket: (path) =>
      lstat(path).then(
        (found) => found.isSocket(),
        () => false,
      ),
  });
  return { exit, out, err };
}

const pvcontrol = (...words: readonly string[]): Promise<Ran> => run(runPvcontrol, ["-s", live.socket, ...words]);
const pvcurl = (...words: readonly string[]): Promise<Ran> => run(runPvcurl, ["--unix-socket", live.socket, ...words]);

/** A tar archive of small files. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, text] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write(`${Buffer.byteLength(text).toString(8).padStart(11, "0")}\0`, 124);
    header.write("        ", 148);
    header.write("0", 156);
    header.write("ustar\0", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const content = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    content.write(text);
    blocks.push(header, content);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe("pvcontrol", () => {
  test("the six examples of the manual", async () => {
    expect(await pvcontrol("ls")).toMatchObject({ exit: 0, err: "" });
    expect((await pvcontrol("ls")).out).toMatch(/^\[\{"name":"app".*\}\]\n$/);
    expect((await pvcontrol("groups", "ls")).exit).toBe(0);
    expect((await pvcontrol("devmeta", "ls")).out).toContain('"pantavisor.revision":"0"');
    expect((await pvcontrol("conf", "ls")).out).toContain('"modified":"ph conf file"');
    expect(await pvcontrol("signal", "ready")).toEqual({ exit: 0, out: "\n", err: "" });
    expect((await pvcontrol("cmd", "reboot")).exit).toBe(0);
    await live.until(() => live.events.events.some(({ type }) => type === "reboot"), "the reboot");
    expect(await pvcontrol("ls")).toMatchObject({ exit: 1, out: `ERROR: ${live.socket} not found\n` });
    await live.until(() => existsSync(live.socket), "the next boot");
    expect((await pvcontrol("ls")).exit).toBe(0);
  });

  test("metadata are saved, shown and deleted; exit codes say what went wrong", async () => {
    expect((await pvcontrol("devmeta", "save", "site", "Lab-1")).exit).toBe(0);
    expect((await pvcontrol("devmeta", "list")).out).toContain('"site":"Lab-1"');
    expect((await pvcontrol("devmeta", "delete", "site")).exit).toBe(0);
    expect(await pvcontrol("devmeta", "delete", "site")).toEqual({
      exit: 255,
      out: "",
      err: '{"Error":"Device meta does not exist"}\n',
    });
    expect((await pvcontrol("devmeta", "save", "site")).exit).toBe(255);
    expect((await pvcontrol("cmd", "unclaim")).exit).toBe(255);
  });

  test("objects and revisions go in and out", async () => {
    const sha = createHash("sha256").update("content").digest("hex");
    const file = join(folder, "object");
    await writeFile(file, "content");
    expect((await pvcontrol("objects", "put", file, sha)).exit).toBe(0);
    expect((await pvcontrol("objects", "put", file, "a".repeat(64))).exit).toBe(60);
    expect(await pvcontrol("objects", "get", sha)).toEqual({ exit: 0, out: "content", err: "" });
    expect((await pvcontrol("objects", "get", "b".repeat(64))).exit).toBe(255);
    await pvcontrol("-f", join(folder, "copy"), "objects", "get", sha);
    expect(await readFile(join(folder, "copy"), "utf8")).toBe("content");
    await writeFile(join(folder, "state"), JSON.stringify(STATE));
    expect((await pvcontrol("-m", "my message", "steps", "put", join(folder, "state"), "locals/mine")).exit).toBe(0);
    expect((await pvcontrol("steps", "ls")).out).toContain('"commitmsg":"my message"');
    await writeFile(join(folder, "bad"), "{}");
    expect((await pvcontrol("steps", "put", join(folder, "bad"), "locals/bad")).exit).toBe(70);
    expect((await pvcontrol("steps", "put", join(folder, "nothing"), "locals/bad")).exit).toBe(1);
  });

  test("an exported revision is installed, and runs", async () => {
    const sha = createHash("sha256").update("root").digest("hex");
    const archive = join(folder, "step.tgz");
    await writeFile(
      archive,
      gzipSync(tar({ json: JSON.stringify({ ...STATE, "app/root.squashfs": sha }), [`objects/${sha}`]: "root" })),
    );
    const name = `locals/${createHash("sha256")
      .update(await readFile(archive))
      .digest("hex")}`;
    expect(await pvcontrol("steps", "install", archive)).toEqual({ exit: 0, out: `{"revision":"${name}"}\n`, err: "" });
    expect((await pvcontrol("cmd", "run", name)).exit).toBe(0);
    await live.until(() => live.device.state()["revision"] === name, "the local revision");
    expect((await pvcontrol("steps", "show-progress", "current")).out).toContain("Local run applied");
    expect(await pvcontrol("steps", "install", join(folder, "object"))).toMatchObject({
      exit: 1,
      out: "ERROR: unkwnown file format\n",
    });
    await writeFile(join(folder, "no.tgz"), "no archive");
    expect((await pvcontrol("steps", "install", join(folder, "no.tgz"))).exit).toBe(1);
    await pvcontrol("cmd", "run", "0");
    await live.until(() => live.device.state()["revision"] === "0", "revision 0");
  });

  test("usage goes to standard output, with 1 for what is wrong and 0 for what was asked", async () => {
    for (const words of [
      [],
      ["dance"],
      ["devmeta"],
      ["devmeta", "delete"],
      ["devmeta", "save", "", "value"],
      ["usrmeta", "upload", "key", "value"],
      ["objects", "put", "file", ""],
      ["steps", "put", "file", ""],
      ["cmd", "defer-reboot"],
      ["ls", "app"],
      ["buildinfo", "all"],
    ]) {
      const ran = await pvcontrol(...words);
      expect([ran.exit, ran.err]).toEqual([1, ""]);
      expect(ran.out).toMatch(/^Usage/);
    }
    for (const command of ["ls", "buildinfo", "cmd"])
      expect(await pvcontrol(command, "--help")).toMatchObject({
        exit: 0,
        out: expect.stringMatching(new RegExp(`^Usage:\n {2}pvcontrol ${command}`)),
      });
    expect((await pvcontrol("devmeta", "upload", "key", "value")).exit).toBe(0);
    expect((await pvcontrol("buildinfo")).out).toMatch(/^pantavisor .*\S\n$/);
    expect((await run(runPvcontrol, ["-h"])).exit).toBe(0);
    expect(await run(runPvcontrol, ["ls"], "", { SOCKET: join(folder, "none") })).toMatchObject({ exit: 1 });
  });
});

describe("pvcurl", () => {
  test("writes what the original writes", async () => {
    expect(await pvcurl("http://localhost/wakelocks")).toMatchObject({ exit: 0, err: "" });
    const ran = await pvcurl("-s", "-w", "'\\n%{http_code}'", "nope");
    expect(ran).toEqual({ exit: 0, out: '{"Error":"unknown endpoint: /nope"}\n400', err: "" });
    const included = await pvcurl("-i", "-X", "PUT", "--data", "x", "http://localhost/device-meta/c");
    expect(included.out).toBe("HTTP/1.0 200\r\nContent-Type: application/json\r\n\r\n");
    expect((await pvcurl("-X", "POST", "-T", "-", "/commands")).out).toBe('{"Error":"Command has bad format"}');
  });

  test("wrong usage and a missing socket are 1", async () => {
    expect(
      await run(runPvcurl, ["--unix-socket", join(folder, "none"), "-s", "-w", "%{http_code}", "/"]),
    ).toMatchObject({ exit: 1, out: "000", err: "" });
    expect(await run(runPvcurl, ["-Q", "/"])).toMatchObject({ exit: 1, err: "Error: Unrecognized option '-Q'\n" });
    expect(await run(runPvcurl, ["/"])).toMatchObject({ exit: 1, err: "Error: --unix-socket is required.\n" });
    expect((await run(runPvcurl, [])).exit).toBe(0);
  });
});

test("tar archives are read, and what is none is not", () => {
  const archive = tar({ json: "{}", "./objects/a": "x".repeat(600) });
  expect(
    [...(readTar(archive) ?? new Map<string, Uint8Array>())].map(([name, content]) => [name, content.byteLength]),
  ).toEqual([
    ["json", 2],
    ["objects/a", 600],
  ]);
  expect(readTar(Buffer.from("x".repeat(1024)))).toBeUndefined();
  expect(readTar(archive.subarray(0, 1200))).toBeUndefined();
});
