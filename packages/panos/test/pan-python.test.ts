import { MemoryStorage, seconds } from "@understudy/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiClient } from "../src/site/api-client.ts";
import { descend, textOf } from "../src/wire/xml/tree.ts";
import { writeXml } from "../src/wire/xml/write.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

/** What the client pan-python and its own tests lean on, on a firewall behind Panorama and on Panorama itself. */
describe.each([
  ["a firewall", PRIMARY],
  ["Panorama", ""],
])("%s", (_name, target) => {
  let pair: PairSite;
  let client: ApiClient;
  beforeAll(async () => {
    pair = await PairSite.start();
    await pair.settled();
    const panorama = await pair.client();
    client = target === "" ? panorama : panorama.for(target);
  });
  afterAll(() => pair[Symbol.asyncDispose]());

  const call = (parameters: Parameters<ApiClient["call"]>[0]) => pair.site.during(client.call(parameters));
  const op = (cmd: string) => call({ type: "op", cmd });

  test("finds the payload of a user-id message inside its type", async () => {
    const message = (kind: string) =>
      `<?xml version='1.0' encoding='UTF-8'?>\n<uid-message><type>update<payload><${kind}><entry name="ann" ip="10.1.1.3"/></${kind}></payload></type></uid-message>`;
    const users = async () =>
      (await op("<show><user><ip-user-mapping-mp><ip>10.1.1.3</ip></ip-user-mapping-mp></user></show>")).xml;
    expect(await call({ type: "user-id", cmd: message("login") })).toMatchObject({ ok: true });
    expect(await users()).toContain("<user>ann</user>");
    expect(await call({ type: "user-id", cmd: message("logout") })).toMatchObject({ ok: true });
    expect(await users()).not.toContain("<entry>");
  });

  test("tells of its management interface", async () => {
    const { result } = await op("<show><interface>management</interface></show>");
    expect(textOf(descend(result, "info", "name") ?? result)).toBe("Management Interface");
    expect(Number(textOf(descend(result, "counters", "tx-packets") ?? result))).toBeGreaterThan(0);
    expect((await op("<show><interface>none</interface></show>")).xml).toContain("Interface 'none' not found");
  });

  test.each([
    ["4294967295", "-1"],
    ["0099", "99"],
    ["nine", "nine"],
  ])("takes job %s as number %s", async (asked, told) => {
    expect(await op(`<show><jobs><id>${asked}</id></jobs></show>`)).toMatchObject({
      ok: false,
      text: `job ${told} not found`,
    });
  });

  test("finds a job by its number, however it is written", async () => {
    expect(await op("<show><jobs><id>\n 0001 </id></jobs></show>")).toMatchObject({ ok: true });
  });

  test("forgets who is at an address, or at all of them", async () => {
    const login = (ip: string) =>
      call({
        type: "user-id",
        cmd: `<uid-message><type>update</type><payload><login><entry name="bob" ip="${ip}"/></login></payload></uid-message>`,
      });
    const count = async () =>
      /<count>(\d+)<\/count>/.exec(
        (await op("<show><user><ip-user-mapping><all/></ip-user-mapping></user></show>")).xml,
      )?.[1];
    for (const ip of ["10.1.1.4", "10.1.1.5", "10.1.1.6"]) await login(ip);
    expect(await op("<clear><user-cache><ip>10.1.1.5</ip></user-cache></clear>")).toMatchObject({ ok: true });
    expect(await count()).toBe("2");
    expect(await op("<clear><user-cache><all/></user-cache></clear>")).toMatchObject({ ok: true });
    expect(await count()).toBe("0");
  });

  test.each(["constructor", "__proto__", "toString"])("knows no group of users called %s", async (name) => {
    const { result } = await op(`<show><user><group><name>${name}</name></group></user></show>`);
    expect(textOf(result)).toBe(`User group '${name}' does not exist or does not have members`);
  });

  test("knows no saved configuration that nobody saved, whatever its name", async () => {
    for (const words of [
      "<load><config><from>constructor</from></config></load>",
      "<show><config><saved>__proto__</saved></config></show>",
    ])
      expect(await op(words)).toMatchObject({ ok: false, code: "12" });
  });

  test("takes an override as what goes into a node or as the node itself, and no text beside elements", async () => {
    const xpath = "/config/shared/log-settings/system";
    const config = (action: string, element: string) => call({ type: "config", action, xpath, element });
    const shown = async () => writeXml((await call({ type: "config", action: "get", xpath })).result.children).markup;
    await config("override", "<a>1</a>");
    await config("override", "<b>2</b>");
    expect(await shown()).toBe("<system><a>1</a><b>2</b></system>");
    await config("override", "<system><a>3</a></system>");
    expect(await shown()).toBe("<system><a>3</a></system>");
    expect(await config("set", "text")).toMatchObject({ ok: false, code: "18" });
    expect(await config("set", "<b/> text")).toMatchObject({ ok: false, code: "18" });
    expect(await shown()).toBe("<system><a>3</a></system>");
  });
});

test("routes can be asked for by virtual router and destination", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  const client = (await pair.client()).for(PRIMARY);
  const count = async (what: string) => {
    const { xml } = await pair.site.during(client.op(`<show><routing><route>${what}</route></routing></show>`));
    return xml.split("<entry>").length - 1;
  };
  expect(await count("<destination>10.0.0.0/24</destination>")).toBe(1);
  expect(await count("<virtual-router>default</virtual-router>")).toBe(await count(""));
  expect(await count("<virtual-router>other</virtual-router>")).toBe(0);
});

test("custom reports know the fields of logs and no others", async () => {
  await using pair = await PairSite.start();
  await pair.settled();
  const client = (await pair.client()).for(PRIMARY);
  const call = (parameters: Parameters<ApiClient["call"]>[0]) => pair.site.during(client.call(parameters));
  const rows = async (database: string, by: string, query: string) => {
    const cmd = `<type><${database}><aggregate-by><member>${by}</member></aggregate-by></${database}></type><query>${query}</query>`;
    const asked = { type: "report", reporttype: "dynamic", reportname: "custom-dynamic-report", cmd };
    const started = await call(asked);
    await pair.site.runFor(seconds(3));
    const job = textOf(descend(started.result, "job"));
    const done = await call({ type: "report", action: "get", "job-id": job });
    return [started.ok && done.ok, done.xml.includes("<entry>")];
  };
  expect(await rows("traffic", "src", "(app neq none)")).toEqual([true, true]);
  expect(await rows("traffic", "src", "(constructor eq x)")).toEqual([true, false]);
  expect(await rows("traffic", "constructor", "")).toEqual([true, false]);
  expect(await rows("constructor", "src", "")).toEqual([false, false]);
});

test("users of a scenario have keys of their own, by which they are told apart", async () => {
  const users = [
    { username: "admin", password: "a" },
    { username: "bob", password: "p&w+\u00fc=%" },
  ];
  await using pair = await PairSite.start({}, { users });
  await pair.settled();
  const panorama = await pair.client();
  const ask = (parameters: Parameters<ApiClient["call"]>[0]) => pair.site.during(panorama.call(parameters));
  const keyFor = async (user: string, password: string) =>
    textOf(descend((await ask({ type: "keygen", user, password })).result, "key"));
  const keys = [await keyFor("admin", "a"), await keyFor("bob", "p&w+\u00fc=%")];
  expect(keys[0]).toBe("test-api-key");
  expect(keys[1]).toMatch(/^[\w-]{20,}$/);
  const { cell } = pair.site;
  const world = await cell.power.operator("bob", new MemoryStorage(cell.ground.time));
  const bob = new ApiClient(world, pair.panoramaEndpoint, keys[1] ?? "");
  const lock = "<request><config-lock><add/></config-lock></request>";
  expect(await pair.site.during(bob.op(lock))).toMatchObject({ ok: true });
  expect(
    await ask({ type: "config", action: "set", xpath: "/config/shared/tag", element: '<entry name="t"/>' }),
  ).toMatchObject({
    ok: false,
    code: "13",
    text: "Configuration is locked by bob",
  });
  const wrong = new ApiClient(world, pair.panoramaEndpoint, `${keys[1]}x`);
  expect(await pair.site.during(wrong.op(lock))).toMatchObject({ ok: false, code: "403" });
});
