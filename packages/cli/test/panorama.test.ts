import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "./programs/folder.ts";
import { Program } from "./programs/program.ts";

const minutes = 60_000;
const FIREWALL = "001234567890";
const QUICKLY = { DOWNLOAD_DURATION: "0.5", INSTALL_DURATION: "3", REBOOT_DURATION: "1" };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A Panorama in a process of its own, with what its lab API tells. */
class PanoramaProgram implements AsyncDisposable {
  readonly #server: Program;
  readonly events: Program;
  readonly url: string;

  private constructor(server: Program, events: Program, url: string) {
    this.#server = server;
    this.events = events;
    this.url = url;
  }

  static async start(...args: readonly string[]): Promise<PanoramaProgram> {
    const all = ["panorama", "serve", "--port", "0", "--lab-port", "0", ...args];
    const server = Program.startAlone("understudy", all, QUICKLY);
    const [, url = ""] = await server.says(/^panorama \(http\): (\S+)$/m);
    const [, lab = ""] = await server.says(/^lab API: (\S+)$/m);
    return new PanoramaProgram(
      server,
      Program.start("understudy", ["watch", "--lab", lab, "--json", "--since", "0"]),
      url,
    );
  }

  async op(cmd: string): Promise<string> {
    const query = new URLSearchParams({ type: "op", key: "test-api-key", target: FIREWALL, cmd });
    return (await fetch(`${this.url}/api/?${query.toString()}`)).text();
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(this.url + path)).json();
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const { code } = await this.#server.stop(signal);
    await this.events[Symbol.asyncDispose]();
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.events[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

const software = (verb: string, version: string): string =>
  `<request><system><software><${verb}><version>${version}</version></${verb}></software></system></request>`;

test("killed in the middle of an install, it resumes the job on the same file", { timeout: minutes }, async () => {
  const db = ["--db", folder.in("panorama.db")];
  const first = await PanoramaProgram.start(...db);
  expect(await first.get("/health")).toMatchObject({ devices: 3 });
  expect(await first.op(software("download", "10.1.0"))).toContain("<job>2</job>");
  await first.events.says(/"type":"Downld","result":"OK"/);
  expect(await first.op(software("install", "10.1.0"))).toContain("<job>3</job>");
  await first.events.says(/"phase":"installing"/);
  await first.stop("SIGKILL");

  await using again = await PanoramaProgram.start(...db);
  await again.events.says(/"type":"SWInstall","result":"OK"/);
  await again.op("<request><restart><system></system></restart></request>");
  await again.events.says(/"version":"10\.1\.0"[\s\S]*"ready":true/);
  expect(await again.get(`/devices/${FIREWALL}`)).toMatchObject({ current_version: "10.1.0", state: "online" });
  expect(await again.stop("SIGTERM")).toBe(0);
});

test("with a TLS port every firewall is served over https, with what one authority issued", {
  timeout: minutes,
}, async () => {
  const db = folder.in("panorama.db");
  await using running = await PanoramaProgram.start("--db", db, "--tls-port", "0");
  const ca = await readFile(`${db}.certificates/ca.pem`, "utf8");
  const { listen } = (await running.get(`/devices/${FIREWALL}`)) as { listen: { https: string } };
  expect(listen.https).toMatch(/^127\.42\.0\.1:\d+$/);
  const reply = await new Promise<number | undefined>((resolve, reject) => {
    const url = `https://${listen.https}/api/?type=version&key=test-api-key`;
    request(url, { ca }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
  });
  expect(reply).toBe(200);
  const second = await Program.run("understudy", ["panorama", "serve", "--port", "0", "--db", db]);
  expect(second).toMatchObject({ code: 1, err: expect.stringMatching(/^[^\n]*in use by another process[^\n]*\n$/) });
  expect(await running.stop("SIGTERM")).toBe(0);
});

test.each([
  ["serial missing", "devices:\n  - { hostname: a, current_version: 10.1.0 }\n", /scenario\.yaml.*serial/],
  ["no YAML", "devices: [\n", /scenario\.yaml/],
  [
    "a listener that is no address",
    'devices:\n  - { serial: "1", hostname: a, current_version: 10.1.0, listen: { https: "127.0.0.1" } }\n',
    /scenario\.yaml:2:\d+: devices\[0\]\.listen\.https/,
  ],
  [
    "serial twice",
    'devices:\n  - { serial: "1", hostname: a, current_version: 10.1.0 }\n  - { serial: "1", hostname: b, current_version: 10.1.0 }\n',
    /devices\[1\]\.serial/,
  ],
])("a scenario that is wrong is refused in one line: %s", async (_name, text, wanted) => {
  const file = folder.in("scenario.yaml");
  await writeFile(file, text);
  const { code, out, err } = await Program.run("understudy", ["panorama", "serve", "--port", "0", "--config", file]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^[^\n]*\n$/);
  expect(err).toMatch(wanted);
});

test("a file that is not there, a port in use, two places to keep things", { timeout: minutes }, async () => {
  const missing = await Program.run("understudy", ["panorama", "serve", "--config", folder.in("none.yaml")]);
  expect(missing).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^The scenario file .*none\.yaml cannot be read/),
  });
  const both = await Program.run("understudy", ["panorama", "serve", "--db", "a", "--data", "b"]);
  expect(both).toMatchObject({ code: 2, err: expect.stringMatching(/^--db a: expected no --data/) });
  await using running = await PanoramaProgram.start();
  const { port } = new URL(running.url);
  const second = await Program.run("understudy", ["panorama", "serve", "--port", port]);
  expect(second).toMatchObject({
    code: 1,
    err: expect.stringMatching(new RegExp(`^[^\\n]*${port}[^\\n]*--port[^\\n]*\\n$`)),
  });
});
