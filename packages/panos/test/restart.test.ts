import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { minutes } from "@understudy/kernel";
import { BASIC_SCENARIO, type PanoramaOptions, type PanoramaServer, startPanorama } from "@understudy/panos";
import { expect, test } from "vitest";

const [first, second, third] = ["001234567890", "001234567891", "001234567892"] as const;
const reboot = "<request><restart><system/></restart></request>";
const software = (what: string, version: string): string =>
  `<request><system><software><${what}><version>${version}</version></${what}></software></system></request>`;
/** Twenty times as fast as written: a commit takes a second. */
const slowCommits = BASIC_SCENARIO.replace("install_duration", "commit_duration: 20, install_duration");

/** Does something with a Panorama, ends it, and looks at the next one. */
async function overRestart(
  before: (panorama: PanoramaServer) => Promise<void>,
  after: (panorama: PanoramaServer) => Promise<void>,
  more: { readonly first?: PanoramaOptions; readonly second?: PanoramaOptions } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "panos-"));
  try {
    const options = { scale: 20, db: join(folder, "mock.db"), ...more.first };
    {
      await using panorama = await startPanorama(options);
      await before(panorama);
    }
    await using panorama = await startPanorama({ ...options, ...more.second });
    await after(panorama);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("shut down or lost: they stay off until they are switched on", () =>
  overRestart(
    async (panorama) => {
      const shutdown = "<request><shutdown><system/></shutdown></request>";
      expect((await panorama.op(shutdown, first)).ok).toBe(true);
      expect((await panorama.op(reboot, second)).ok).toBe(true);
      const off = (serial: string): boolean => panorama.firewall(serial).state().phase === "off";
      await panorama.until(() => off(first) && off(second), minutes(1));
    },
    async (panorama) => {
      for (const serial of [first, second]) expect(panorama.firewall(serial).state().phase).toBe("off");
      expect(panorama.firewall(third).state()).toMatchObject({ phase: "online", connected: true });
      expect((await fetch(`${panorama.url}/health`)).status).toBe(200);
      await panorama.firewall(first).powerOn();
      await panorama.until(() => panorama.firewall(first).state()["ready"] === true, minutes(1));
    },
    { first: { scenario: `${BASIC_SCENARIO}\nfailures:\n  - { device: "${second}", operation: reboot }\n` } },
  ));

test("in the middle of a push: it ends well, and Panorama knows", () =>
  overRestart(
    async (panorama) => {
      const api = async (query: Readonly<Record<string, string>>): Promise<string> => {
        const all = new URLSearchParams({ key: "test-api-key", ...query });
        return (await fetch(`${panorama.url}/api/?${all.toString()}`)).text();
      };
      const xpath =
        "/config/devices/entry[@name='localhost.localdomain']/device-group/entry[@name='branch']/address/entry[@name='web']";
      const element = "<ip-netmask>10.1.1.1</ip-netmask>";
      await api({ type: "config", action: "set", xpath, element });
      expect(await api({ type: "commit", cmd: "<commit/>" })).toContain("<job>2</job>");
      await untilFinished(panorama, "2");
      const cmd =
        "<commit-all><shared-policy><device-group><entry name='branch'/></device-group></shared-policy></commit-all>";
      expect(await api({ type: "commit", action: "all", cmd })).toContain("<job>3</job>");
      for (const serial of panorama.serials)
        await untilJobs(panorama, serial, "<type>CommitAll</type><status>ACT</status>");
    },
    async (panorama) => {
      const ended = await untilFinished(panorama, "3");
      expect(ended.match(/<result>OK<\/result>/g)).toHaveLength(4); // the job's, and that of each firewall
      for (const serial of [first, second, third]) {
        const pushed = await panorama.op("<show><config><pushed-shared-policy/></config></show>", serial);
        expect(pushed.xml).toContain("10.1.1.1");
      }
    },
    { first: { scenario: slowCommits }, second: { scenario: slowCommits } },
  ));

test("in the middle of Panorama's own reboot: firewalls come back to it, wherever it listens", () =>
  overRestart(
    async (panorama) => {
      await panorama.op(reboot);
      await expect.poll(() => fetch(`${panorama.url}/health`).then(String, () => "dark"), { interval: 5 }).toBe("dark");
    },
    async (panorama) => {
      for (const serial of panorama.serials)
        expect(panorama.firewall(serial).state()).toMatchObject({ phase: "online", connected: true });
      expect((await panorama.op("<show><system><info/></system></show>", first)).xml).toContain(first);
    },
  ));

test("joined by others: known ones keep their state, new ones are as the file says", () =>
  overRestart(
    async (panorama) => {
      await panorama.op(software("download", "10.1.0"), first);
      await panorama.until(() => panorama.firewall(first).state().phase === "online", minutes(1));
    },
    async (panorama) => {
      expect(panorama.serials).toHaveLength(4);
      expect(panorama.firewall("0007").state()).toMatchObject({ version: "11.1.0", connected: true });
      expect((await panorama.op(software("install", "10.1.0"), first)).ok).toBe(true);
    },
    { second: { scenario: `${BASIC_SCENARIO}\n  - { serial: "0007", hostname: late, current_version: 11.1.0 }\n` } },
  ));

/** The job's reply, once it has ended. */
async function untilFinished(panorama: PanoramaServer, id: string): Promise<string> {
  let last = "";
  await expect
    .poll(
      async () => {
        last = (await panorama.op(`<show><jobs><id>${id}</id></jobs></show>`)).xml;
        return last.includes(`<id>${id}</id>`) && last.includes("<status>FIN</status>");
      },
      { interval: 10, timeout: 10_000 },
    )
    .toBe(true);
  return last;
}

/** Resolves when the job list of a firewall has `text` in it. */
const untilJobs = (panorama: PanoramaServer, serial: string, text: string): Promise<void> =>
  expect
    .poll(async () => (await panorama.op("<show><jobs><all/></jobs></show>", serial)).xml, { interval: 5 })
    .toContain(text);
