import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { connect } from "node:tls";
import { minutes, seconds, UsageError } from "@understudy/kernel";
import { BASIC_SCENARIO, type PanoramaOptions, readScenario, startPanorama } from "@understudy/panos";
import { describe, expect, test } from "vitest";

const scenario = (name: string) => readFile(new URL(`./scenarios/${name}.yaml`, import.meta.url), "utf8");
const quick = { scale: 20 } as const;

async function get(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const reply = await fetch(url);
  return { status: reply.status, text: await reply.text() };
}
const secureGet = (url: string, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { ca }, (reply) => {
      let text = "";
      reply.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      reply.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.end();
  });
/** Of the certificate that a server shows. */
const fingerprintAt = (url: string, ca: string): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), ca }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256);
      socket.end();
    });
    socket.on("error", reject);
  });
interface Detail {
  readonly listen: { readonly http?: string; readonly https?: string };
}
const getJson = async (url: string): Promise<unknown> => JSON.parse((await get(url)).text);
const op = (url: string, cmd: string, target = "", key = "test-api-key") =>
  get(`${url}/api/?type=op&cmd=${encodeURIComponent(cmd)}&key=${key}&target=${target}`);
const INFO = "<show><system><info></info></system></show>";
const software = (what: string, version: string) =>
  `<request><system><software><${what}><version>${version}</version></${what}></software></system></request>`;

describe("started from code", () => {
  test("the basic scenario answers at once, through Panorama and directly", async () => {
    await using panorama = await startPanorama(quick);
    expect(await getJson(`${panorama.url}/health`)).toMatchObject({ status: "healthy", devices: 3 });
    const keygen = await get(`${panorama.url}/api/?type=keygen&user=admin&password=admin`);
    expect(keygen.text).toBe('<response status="success"><result><key>test-api-key</key></result></response>');
    expect((await op(panorama.url, INFO, "001234567892")).text).toContain("<sw-version>11.0.0</sw-version>");
    expect(await op(panorama.url, INFO, "001234567892", "wrong")).toMatchObject({ status: 403 });
    const detail = (await getJson(`${panorama.url}/devices/001234567890`)) as { listen: { http: string } };
    expect(detail).toMatchObject({
      hostname: "fw-test-1",
      current_version: "10.0.2",
      state: "online",
      tcp_sessions: 45_000,
      last_reboot: null,
      ha_role: "standalone",
    });
    expect((await op(`http://${detail.listen.http}`, INFO)).text).toContain("<hostname>fw-test-1</hostname>");
    expect((await get(`${panorama.url}/devices/1`)).status).toBe(404);
  });

  test("the pair is upgraded, and the routes for testers tell of it", async () => {
    await using panorama = await startPanorama({ ...quick, scenario: await scenario("ha_pair") });
    expect(await panorama.upgrade("11.1.0")).toEqual({ "001234567890": "11.1.0", "001234567891": "11.1.0" });
    const { devices } = (await getJson(`${panorama.url}/devices`)) as {
      devices: { ha_role: string; current_version: string }[];
    };
    expect(devices.map(({ ha_role, current_version }) => `${ha_role} ${current_version}`)).toEqual([
      "passive 11.1.0",
      "active 11.1.0",
    ]);
    const { operations } = (await getJson(`${panorama.url}/operations`)) as {
      operations: { operation_type: string; status: string }[];
    };
    expect(operations.map(({ operation_type, status }) => `${operation_type} ${status}`)).toEqual(
      ["reboot", "install", "download", "reboot", "install", "download"].map((kind) => `${kind} complete`),
    );
  });

  test("failures strike as the file says, with its words", async () => {
    await using panorama = await startPanorama({ ...quick, scenario: await scenario("failures") });
    const [noDownload = "", noInstall = "", noReturn = "", noDisk = ""] = panorama.serials;
    await expect(panorama.upgrade("10.1.0", [noDownload])).rejects.toThrow("Connection timeout to update server");
    await expect(panorama.upgrade("10.1.0", [noInstall])).rejects.toThrow("Installation failed: corrupted package");
    expect((await panorama.op(software("download", "10.1.0"), noDisk)).text).toBe("Insufficient disk space");
    await panorama.op("<request><restart><system/></restart></request>", noReturn);
    await panorama.until(() => panorama.firewall(noReturn).state().phase === "off", minutes(1));
    expect(await getJson(`${panorama.url}/devices/${noReturn}`)).toMatchObject({ state: "offline", connected: false });
    await panorama.firewall(noReturn).powerOn();
    await panorama.until(() => panorama.firewall(noReturn).state()["ready"] === true, minutes(1));
  });
});

describe("a restart on the same file", () => {
  async function withDb(work: (options: PanoramaOptions) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "panos-"));
    try {
      await work({ ...quick, db: join(folder, "mock.db") });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  test("a mock that ends in the middle of an installation goes on with it", () =>
    withDb(async (options) => {
      const serial = "001234567890";
      {
        await using first = await startPanorama(options);
        await first.op(software("download", "10.1.0"), serial);
        await first.until(() => first.firewall(serial).state().phase === "online", minutes(1));
        await first.op(software("install", "10.1.0"), serial);
        expect(first.firewall(serial).state().phase).toBe("installing");
      }
      await using second = await startPanorama(options);
      await second.until(() => second.firewall(serial).state()["staged"] === "10.1.0", minutes(1));
      await second.op("<request><restart><system/></restart></request>", serial);
      await second.until(
        () =>
          second.firewall(serial).state()["version"] === "10.1.0" && second.firewall(serial).state()["ready"] === true,
        minutes(1),
      );
    }));

  test("the file has the tables of the Python mock", () =>
    withDb(async (options) => {
      const serial = "001234567890";
      {
        await using panorama = await startPanorama(options);
        await panorama.op(software("download", "10.1.0"), serial);
        await panorama.until(() => panorama.firewall(serial).state().phase === "online", minutes(1));
        await getJson(`${panorama.url}/calls?limit=1`); // the journal is written out before it is searched
      }
      const database = new DatabaseSync(String(options.db), { readOnly: true });
      const first = (table: string) => ({ ...database.prepare(`SELECT * FROM ${table}`).get() });
      expect(first("devices")).toMatchObject({
        serial,
        hostname: "fw-test-1",
        current_version: "10.0.2",
        state: "online",
        ha_role: "standalone",
        tcp_sessions: 45_000,
        disk_space_gb: 13,
        available_versions: '["10.1.0","10.5.1","11.1.0"]',
        last_reboot: null,
      });
      expect(first("operations")).toMatchObject({
        operation_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        operation_type: "download",
        target_version: "10.1.0",
        status: "complete",
        progress: 100,
        duration_seconds: expect.any(Number),
      });
      expect(first("api_calls")).toMatchObject({ device_serial: serial, response_status: "success" });
      database.close();
    }));

  test("a reboot in progress finishes, and known firewalls keep their state when the scenario changes", () =>
    withDb(async (options) => {
      const serial = "001234567890";
      {
        await using first = await startPanorama(options);
        await first.op("<request><restart><system/></restart></request>", serial);
        await first.until(() => first.firewall(serial).state().phase === "rebooting", seconds(5));
      }
      const changed = BASIC_SCENARIO.replace('current_version: "10.0.2"', 'current_version: "9.1.0"');
      await using second = await startPanorama({ ...options, scenario: changed });
      await second.until(
        () =>
          second.firewall(serial).state()["ready"] === true && second.firewall(serial).state()["connected"] === true,
        minutes(1),
      );
      expect(second.firewall(serial).state()["version"]).toBe("10.0.2");
    }));
});

describe("a scenario file", () => {
  const device = (serial: string, more = "") =>
    `  - { serial: ${serial}, hostname: h${serial}, current_version: 10.1.0${more} }\n`;

  test("keeps the zeros of serials that look like numbers", () => {
    expect(readScenario(`devices:\n${device("0012")}`).devices).toEqual([
      { id: "0012", options: { serial: "0012", hostname: "h0012", current_version: "10.1.0" } },
    ]);
  });

  test.each([
    [
      "no serial",
      "devices:\n  - { hostname: a, current_version: 10.1.0 }\n",
      /f\.yaml:2:5: devices\[0\]\.serial: found nothing/,
    ],
    [
      "twice the same serial",
      `devices:\n${device("1")}${device("1")}`,
      /f\.yaml:3:\d+: devices\[1\]\.serial: 1 is also the serial of devices\[0\]/,
    ],
    ["a wrong type", "devices: 7\n", /devices: found 7; expected/],
    [
      "a duration that is none",
      "timing: { download_duration: -1 }\ndevices: []\n",
      /f\.yaml:1:\d+: timing\.download_duration: found -1; expected/,
    ],
    ["a duration nobody knows", "timing: { downlod: 1 }\ndevices: []\n", /timing\.downlod: found an unknown key/],
    ["an unknown key", "devicez: []\ndevices: []\n", /devicez/],
    [
      "two actives",
      `devices:\n${device("1", ", ha_peer: 2")}${device("2", ", ha_peer: 1")}`,
      /both 1 and its peer are to be active/,
    ],
    [
      "a failure of what nobody does",
      `devices:\n${device("1")}failures:\n  - { operation: explode }\n`,
      /f\.yaml:4:\d+: failures\[0\]\.operation: found "explode"; expected one of check, download, install,/,
    ],
    ["a peer that is not there", `devices:\n${device("1", ", ha_peer: 2")}`, /there is no device 2/],
    ["one-sided pairs", `devices:\n${device("1", ", ha_peer: 2")}${device("2")}`, /names another peer, or none/],
    ["no YAML", "devices: [", /f\.yaml:1/],
    ["a serial that is no name", `devices:\n${device("../x")}`, /f\.yaml:2:\d+: devices\[0\]\.serial: found \.\.\/x/],
    [
      "an address without a port",
      `devices:\n${device("1", ', listen: { https: "127.0.0.1" }')}`,
      /devices\[0\]\.listen\.https: found 127\.0\.0\.1; expected host:port/,
    ],
    [
      "the same address twice",
      `devices:\n${device("1", ', listen: { http: "127.0.0.1:28102" }')}${device("2", ', listen: { https: "127.0.0.1:28102" }')}`,
      /devices\[1\]\.listen\.https: 127\.0\.0\.1:28102 is also the address of devices\[0\]\.listen\.http/,
    ],
  ])("with %s is refused in plain words", (_, text, message) => {
    expect(() => readScenario(text, "f.yaml")).toThrow(UsageError);
    expect(() => readScenario(text, "f.yaml")).toThrow(message);
  });

  test("durations from outside win", () => {
    expect(readScenario(BASIC_SCENARIO, "f", { downloadDuration: "3", timing: "production" }).cloud["timing"]).toEqual({
      profile: "production",
      download: "3",
    });
    expect(readScenario(BASIC_SCENARIO, "f", { rebootDuration: 1 }).cloud["timing"]).toEqual({
      download_duration: 10,
      install_duration: 5,
      reboot: 1,
    });
    expect(() => readScenario(BASIC_SCENARIO, "f", { rebootDuration: "soon" })).toThrow(/REBOOT_DURATION soon/);
  });
});

describe("addresses", () => {
  const version = (base: string, ca: string) => secureGet(`${base}/api/?type=version&key=test-api-key`, ca);

  test("a firewall with addresses of its own listens there and nowhere else, also with TLS where nobody else has any", async () => {
    const text = BASIC_SCENARIO.replace(
      'hostname: "fw-test-2"',
      'hostname: "fw-test-2"\n    listen: { http: "127.0.0.1:0", https: "127.0.0.1:0" }',
    );
    await using panorama = await startPanorama({ ...quick, scenario: text });
    const { listen } = (await getJson(`${panorama.url}/devices/001234567891`)) as Detail;
    expect(listen.http).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await version(`https://${listen.https}`, await panorama.ca())).toContain("<model>PA-5220</model>");
    expect(panorama.httpsUrl).toBeUndefined();
  });

  test("with a TLS port every direct firewall has one as well, with a certificate of its own that outlasts the process", async () => {
    const folder = await mkdtemp(join(tmpdir(), "panos-ca-"));
    try {
      const shown: (string | undefined)[][] = [];
      const cas: string[] = [];
      for (let run = 0; run < 2; run++) {
        await using panorama = await startPanorama({ ...quick, tlsPort: 0, direct: 2, db: join(folder, "mock.db") });
        const port = new URL(panorama.httpsUrl ?? "").port;
        const ca = await panorama.ca();
        cas.push(ca);
        expect(await version(panorama.httpsUrl ?? "", ca)).toContain("<model>Panorama</model>");
        const fingerprints: (string | undefined)[] = [];
        for (const serial of panorama.serials) {
          const { listen } = (await getJson(`${panorama.url}/devices/${serial}`)) as Detail;
          if (listen.https === undefined) continue;
          expect(listen.https).toMatch(new RegExp(`^127\\.42\\.0\\.\\d:${port}$`));
          expect(await version(`https://${listen.https}`, ca)).toContain(`<serial>${serial}</serial>`);
          fingerprints.push(await fingerprintAt(`https://${listen.https}`, ca));
        }
        shown.push(fingerprints);
      }
      expect(shown[0]).toHaveLength(2);
      expect(new Set(shown[0]).size).toBe(2);
      expect(shown[1]).toEqual(shown[0]);
      expect(cas[1]).toBe(cas[0]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("an address that was asked for and is taken ends the start in plain words, with nothing left open", async () => {
    await using first = await startPanorama(quick);
    const taken = new URL(first.url).host;
    const text = BASIC_SCENARIO.replace(
      'hostname: "fw-test-2"',
      `hostname: "fw-test-2"\n    listen: { http: "${taken}" }`,
    );
    await expect(startPanorama({ ...quick, scenario: text })).rejects.toMatchObject({
      code: "in-use",
      message: expect.stringContaining(`Firewall 001234567891 is to listen at ${taken} (listen.http)`),
    });
    await expect(startPanorama({ ...quick, port: Number(new URL(first.url).port) })).rejects.toMatchObject({
      code: "port-in-use",
    });
  });

  test("a Panorama at all of a machine's addresses leaves firewalls theirs, on other ports", async () => {
    await using panorama = await startPanorama({ ...quick, host: "0.0.0.0", direct: 1 });
    const port = new URL(panorama.url).port;
    const { listen } = (await getJson(`http://127.0.0.1:${port}/devices/001234567890`)) as Detail;
    expect(listen.http).toMatch(/^127\.42\.0\.1:\d+$/);
    expect((await op(`http://${listen.http}`, INFO)).text).toContain("<hostname>fw-test-1</hostname>");
  });

  test("only so many firewalls listen by themselves; the others are reached through Panorama", async () => {
    await using panorama = await startPanorama({ ...quick, direct: 1 });
    expect(await getJson(`${panorama.url}/devices/001234567890`)).toMatchObject({
      listen: { http: expect.stringContaining("127.42.0.1:") },
    });
    expect(await getJson(`${panorama.url}/devices/001234567891`)).toMatchObject({ listen: {} });
    expect((await op(panorama.url, INFO, "001234567891")).text).toContain("fw-test-2");
  });
});

test("calls are noted with who was asked, and unknown commands are counted", async () => {
  await using panorama = await startPanorama(quick);
  const direct = (await getJson(`${panorama.url}/devices/001234567890`)) as { listen: { http: string } };
  for (let n = 0; n < 3; n++) await op(panorama.url, "<show><frobnicator/></show>", "001234567890");
  await op(`http://${direct.listen.http}`, INFO);
  await op(panorama.url, "<request><password-hash><password>hunter2</password></password-hash></request>");
  const { calls } = (await getJson(`${panorama.url}/calls`)) as {
    calls: { device_serial: string; command: string; response_status: string }[];
  };
  expect(calls).toHaveLength(5);
  expect(JSON.stringify(calls)).not.toContain("hunter2");
  expect(calls.filter(({ device_serial }) => device_serial === "001234567890")).toHaveLength(4);
  const found = (await getJson(`${panorama.url}/calls?device=001234567890&status=error&limit=2`)) as {
    calls: unknown[];
  };
  expect(found.calls).toHaveLength(2);
  expect(await getJson(`${panorama.url}/unknown-commands`)).toMatchObject({
    commands: [{ command: "op <show><frobnicator/></show>", count: 3 }],
  });
});

test("every scenario of the reference runs", async () => {
  for (const name of ["basic", "ha_pair", "failures", "large_scale"]) {
    await using panorama = await startPanorama({ ...quick, scenario: await scenario(name) });
    const reply = await panorama.op("<show><devices><connected/></devices></show>");
    expect(reply.xml.match(/<entry name="\d{12}">/g)).toHaveLength(panorama.serials.length);
  }
});

test("keys, headers and passwords are taken wherever clients put them; refusals are those of the release", async () => {
  await using panorama = await startPanorama(quick);
  const version = `${panorama.url}/api?type=version`;
  const status = async (init: RequestInit, url = version) => (await fetch(url, init)).status;
  expect(await status({ headers: { "X-PAN-KEY": "test-api-key" } })).toBe(200);
  expect(await status({ headers: { authorization: `Basic ${btoa("admin:admin")}` } })).toBe(200);
  expect(await status({ headers: { authorization: `Basic ${btoa("admin:wrong")}` } })).toBe(403);
  expect(await status({ method: "POST", body: new URLSearchParams({ key: "test-api-key" }) })).toBe(200);
  const put = await fetch(version, { method: "PUT" });
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST"]);
  expect((await fetch(`${panorama.url}/devices`)).headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(await status({}, `${panorama.url}/nothing-there`)).toBe(404);
  const form = new FormData();
  form.set("key", "test-api-key");
  expect(await status({ method: "POST", body: form })).toBe(200);
  const login = await fetch(`${panorama.url}/api?type=keygen`, {
    method: "POST",
    body: new URLSearchParams({ user: "admin", password: "admin" }),
  });
  expect([login.headers.get("content-type"), await login.text()]).toEqual([
    "application/xml; charset=UTF-8",
    expect.stringContaining("<key>test-api-key</key>"),
  ]);

  await using old = await startPanorama({ ...quick, scenario: `auth_errors: legacy\n${BASIC_SCENARIO}` });
  const refusal = await op(old.url, INFO, "", "wrong");
  expect(refusal.status).toBe(200);
  expect(refusal.text).toContain("Invalid credentials.");
});

test("a release newer than Panorama's is installed with a warning", async () => {
  await using panorama = await startPanorama({
    ...quick,
    scenario: BASIC_SCENARIO.replace("devices:", 'panorama: { current_version: "10.2.0" }\ndevices:'),
  });
  const serial = "001234567892";
  const upgraded = await panorama.upgrade("11.1.0", [serial]).then(() => "done");
  expect(upgraded).toBe("done");
  const text = BASIC_SCENARIO.replace("devices:", 'panorama: { current_version: "10.2.0" }\ndevices:').replace(
    'available_versions: ["11.0.3", "11.1.0"]',
    'downloaded_versions: ["11.1.0"]',
  );
  await using again = await startPanorama({ ...quick, scenario: text });
  await again.op(software("install", "11.1.0"), serial);
  await again.until(() => again.firewall(serial).state()["staged"] === "11.1.0", minutes(1));
  expect((await again.op("<show><jobs><all/></jobs></show>", serial)).xml).toContain(
    "<warnings><line>Version 11.1.0 is newer than that of the managing Panorama (10.2.0)</line></warnings>",
  );
});
