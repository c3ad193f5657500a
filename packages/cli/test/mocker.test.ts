import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askControl } from "./programs/control.ts";
import { temporaryFolder } from "./programs/folder.ts";
import { HubProgram } from "./programs/hub.ts";
import { Program } from "./programs/program.ts";

const minutes = 60_000;

let hub: HubProgram;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [hub, folder] = await Promise.all([HubProgram.start(), temporaryFolder()]);
  await mkdir(folder.in("revision/app"), { recursive: true });
  await writeFile(folder.in("revision/app/root.squashfs"), "the root of an app".repeat(1_000));
}, minutes);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** A storage of a device that asks often; `settings` become its `mocker.json`. */
async function aStorage(name: string, settings: unknown = {}): Promise<string> {
  const storage = folder.in(name);
  await hub.storage(storage);
  const config = (await readFile(join(storage, "config/pantahub.config"), "utf8")).replaceAll(
    "INTERVAL=10",
    "INTERVAL=1",
  );
  await writeFile(join(storage, "config/pantahub.config"), config);
  await writeFile(join(storage, "config/mocker.json"), JSON.stringify(settings));
  return storage;
}

const deviceOf = async (storage: string): Promise<string> => {
  const config = await readFile(join(storage, "config/pantahub.config"), "utf8");
  return /^PH_CREDS_PRN=.*\/(\w+)$/m.exec(config)?.[1] ?? "";
};

test("the walk: init, start, an update answered with a letter, an invitation, power off", {
  timeout: minutes,
}, async () => {
  const storage = await aStorage("walk");
  expect(await readdir(storage)).toEqual(
    expect.arrayContaining(["config", "device-meta", "logs", "objects", "revision-info.json", "trails", "user-meta"]),
  );
  await using device = Program.start("pantavisor-mocker", [
    "start",
    "-s",
    storage,
    "--no-tui",
    "--decision-timeout",
    "60",
  ]);
  await device.says(/CLAIMED by/);
  const id = await deviceOf(storage);

  const published = hub.hand("publish", folder.in("revision"), id, "--wait");
  await device.says(/UPDATE DECISION REQUIRED[\s\S]*\[W\]ONTGO {3}- Reject Update/);
  device.types("x\nu\n");
  expect(await published).toBe(`${id}: revision 1 UPDATED\n`);
  await device.says(/Revision 1 ended UPDATED/);

  await hub.hand("invite", id, "--deployment", "d1", "--release", "2.0");
  await device.says(
    /\*\*\* INVITATION RECEIVED \*\*\*[\s\S]*Release: 2\.0\nDeployment: d1\n[\s\S]*Actions: \(a\)CCEPT/,
  );
  device.types("A\n");
  await device.says(/Invitation d1: accept \(answer\)/);

  const control = join(storage, "pantavisor/pv-ctrl");
  await askControl(control, "POST", "/commands", '{"op":"POWEROFF_DEVICE","payload":""}');
  const { code, out } = await device.ended;
  expect({ code, out }).toEqual({ code: 0, out: "" });
  expect(await readdir(join(storage, "pantavisor"))).toEqual([]);
});

test.each([
  ["downloading", "updated"],
  ["installing", "updated"],
  ["testing", "updated"],
  ["rebooting", "done"],
])("killed while %s, it is started again and finishes the update", { timeout: minutes }, async (phase, decision) => {
  const storage = await aStorage(`killed-${phase}`, {
    automation: { enabled: true, update: { done: 0, [decision]: 1 } },
  });
  const start = ["start", "-s", storage, "--json"];
  const device = Program.startAlone("pantavisor-mocker", start);
  await device.says(/"phase":"idle"/);
  const id = await deviceOf(storage);
  const published = hub.hand("publish", folder.in("revision"), id, "--wait");
  await device.says(new RegExp(`"phase":"${phase}"`));
  await device.stop("SIGKILL");
  await using again = Program.start("pantavisor-mocker", start);
  expect(await published).toBe(`${id}: revision 1 ${decision.toUpperCase()}\n`);
  await again.says(/"update-settled"/);
  expect(JSON.parse(await readFile(join(storage, "revision-info.json"), "utf8"))).toMatchObject({
    rev: "1",
    try_rev: "1",
  });
});

test("one pass: registers, tells its metadata, and ends", { timeout: minutes }, async () => {
  const storage = await aStorage("one-shot", { "device-meta": { site: "lab-1" } });
  const { code, err } = await Program.run("pantavisor-mocker", ["start", "-s", storage, "--one-shot"]);
  expect(code, err).toBe(0);
  const listed = await hub.hand("devices", "--json");
  expect(JSON.parse(listed)).toContainEqual(
    expect.objectContaining({ id: await deviceOf(storage), revision: 0, status: "DONE" }),
  );
});

test("one pass without a hub that answers ends with 1", { timeout: minutes }, async () => {
  const storage = await aStorage("no-hub");
  await appendFile(join(storage, "config/pantahub.config"), "PH_CREDS_PORT=1\n");
  const { code, err } = await Program.run("pantavisor-mocker", ["start", "-s", storage, "--one-shot"]);
  expect(code).toBe(1);
  expect(err).toMatch(/could not make its one pass/);
});

test("a second process is told in one line, and the first goes on", { timeout: minutes }, async () => {
  const storage = await aStorage("twice");
  await using first = Program.start("understudy", ["pantavisor", "start", "-s", storage]);
  await first.says(/CLAIMED by/);
  for (const words of [["start"], ["init", "-t", "other"]]) {
    const { code, out, err } = await Program.run("pantavisor-mocker", [...words, "-s", storage]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^The storage \S+ is in use by another process[^\n]*\n$/);
  }
  expect(await askControl(join(storage, "pantavisor/pv-ctrl"), "GET", "/buildinfo")).toMatch(/^HTTP\/1\.1 200 /);
  expect((await first.stop("SIGINT")).code).toBe(0);
});

test("somebody attaches, answers, and stays through a reboot", { timeout: minutes }, async () => {
  const storage = await aStorage("attached");
  await using device = Program.start("pantavisor-mocker", ["start", "-s", storage]);
  await device.says(/CLAIMED by/);
  await using watcher = Program.start("pantavisor-mocker", ["attach", "-s", storage]);
  await watcher.says(/\[state\] idle, revision 0/);
  const published = hub.hand("publish", folder.in("revision"), await deviceOf(storage), "--wait");
  await watcher.says(/UPDATE DECISION REQUIRED[\s\S]*Action: /);
  watcher.types("d\n");
  expect(await published).toMatch(/revision 1 DONE/);
  await watcher.says(/\[state\] idle, revision 1/);
});

test("nobody is there to attach to", async () => {
  const { code, err } = await Program.run("pantavisor-mocker", ["attach", "-s", folder.in("nowhere")]);
  expect(code).toBe(1);
  expect(err).toMatch(/^No device runs on [^\n]*\n$/);
});

test("what is given to init is written, and the rest stays", async () => {
  const storage = await aStorage("configured");
  await appendFile(join(storage, "config/pantahub.config"), "# mine\nOTHER=1\n");
  const { code } = await Program.run("pantavisor-mocker", ["init", "-s", storage, "--token", "abc/def+ghi=="]);
  expect(code).toBe(0);
  const config = await readFile(join(storage, "config/pantahub.config"), "utf8");
  expect(config).toContain("PH_FACTORY_AUTOTOK=abc/def+ghi==\n");
  expect(config).toContain("# mine\nOTHER=1\n");
  expect(config).toContain(`PH_CREDS_PORT=${hub.port}\n`);
});

test.each([
  [["nonsense"], /unknown command/],
  [["start", "--nonsense"], /unknown option/],
  [["init", "--port", "65536"], /PH_CREDS_PORT is "65536"/],
  [["init", "--host", "not a host"], /PH_CREDS_HOST is "not a host"/],
  [["init", "--token", ""], /A token is one word/],
  [["start", "--decision-timeout", "0"], /--decision-timeout 0: expected/],
  [["start", "--compat", "loose"], /Allowed choices are safe, strict/],
])("wrong usage ends with 2: %j", async (words, text) => {
  const { code, out, err } = await Program.run("pantavisor-mocker", words);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(text);
});

test("without arguments it says what there is", async () => {
  const { code, out, err } = await Program.run("pantavisor-mocker", []);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/init .*\n[\s\S]*start .*\n/);
});
