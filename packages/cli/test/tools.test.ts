import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "./programs/folder.ts";
import { HubProgram } from "./programs/hub.ts";
import { type Ended, Program } from "./programs/program.ts";

const minutes = 60_000;

let hub: HubProgram;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let device: Program;
let socket: string;
beforeAll(async () => {
  [hub, folder] = await Promise.all([HubProgram.start(), temporaryFolder()]);
  const storage = folder.in("device");
  socket = `${storage}/pantavisor/pv-ctrl`;
  await hub.storage(storage);
  device = Program.start("pantavisor-mocker", ["start", "-s", storage]);
  await device.says(/CLAIMED by/);
}, minutes);
afterAll(async () => {
  await device[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const pvcontrol = (...words: readonly string[]): Promise<Ended> => Program.run("pvcontrol", ["-s", socket, ...words]);

test.each([
  [["ls"], /^\[\]\n$/],
  [["groups", "ls"], /^\[.*\]\n$/],
  [["devmeta", "ls"], /^\{.*"pantavisor\.revision":"0".*\}\n$/],
  [["conf", "ls"], /^\[.*"key":"PH_CREDS_HOST".*\]\n$/],
  [["signal", "ready"], /^\n$/],
  [["usrmeta", "save", "site", "lab-1"], /^\n$/],
])("pvcontrol %j", async (words, wanted) => {
  const { code, out, err } = await pvcontrol(...words);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(wanted);
});

test("errors of the device are on stderr, with the documented exit code", async () => {
  expect(await pvcontrol("devmeta", "delete", "nothing")).toEqual({
    code: 255,
    out: "",
    err: '{"Error":"Device meta does not exist"}\n',
  });
  const { code, out } = await pvcontrol("nonsense");
  expect(code).toBe(1);
  expect(out).toMatch(/^Usage: pvcontrol/);
  expect(await Program.run("pvcontrol", ["-s", "/nowhere", "ls"])).toEqual({
    code: 1,
    out: "ERROR: /nowhere not found\n",
    err: "",
  });
});

test("an object goes up from a file, and comes back byte for byte", async () => {
  const content = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256));
  const sha = createHash("sha256").update(content).digest("hex");
  await writeFile(folder.in("object"), content);
  expect(await pvcontrol("objects", "put", folder.in("object"), sha)).toMatchObject({ code: 0, err: "" });
  expect(await pvcontrol("objects", "put", folder.in("object"), "0".repeat(64))).toMatchObject({ code: 60, out: "" });
  const back = folder.in("back");
  expect(await pvcontrol("-f", back, "objects", "get", sha)).toMatchObject({ code: 0, out: "" });
  expect(Buffer.compare(await readFile(back), content)).toBe(0);
});

test("pvcurl prints the body, then what was asked for behind it", async () => {
  const url = "http://localhost/buildinfo";
  const { code, out } = await Program.run("pvcurl", ["--unix-socket", socket, "-w", "\\n%{http_code}\\n", url]);
  expect(code).toBe(0);
  expect(out).toMatch(/\n200\n$/);
  const wrong = await Program.run("pvcurl", ["--unix-socket", socket, "-d", "x", url]);
  expect(wrong).toEqual({ code: 1, out: "", err: "Error: Unrecognized option '-d'\n" });
});

test("a reboot by command, seen from outside", { timeout: minutes }, async () => {
  expect(await pvcontrol("cmd", "reboot", "now")).toMatchObject({ code: 0 });
  await device.says(/Rebooting\.\.\.[\s\S]*device starting/);
  expect(await pvcontrol("ls")).toMatchObject({ code: 0 });
});
