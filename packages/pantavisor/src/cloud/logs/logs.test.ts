import { seconds, toIso } from "@understudy/kernel";
import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

interface Page {
  readonly start: number;
  readonly page: number;
  readonly count: number;
  readonly "next-cursor"?: string;
  readonly entries?: readonly { readonly msg?: string; readonly "time-created": string }[];
}

async function aHubWithLogs(counts: readonly number[]) {
  const hub = await HubUnderTest.open();
  const device = await hub.device();
  let n = 0;
  for (const count of counts) {
    await hub.site.runFor(seconds(1));
    const value = Array.from({ length: count }, () => ({
      tsec: 7,
      tnano: 0,
      plat: "p",
      src: `/s${n % 2}`,
      msg: `m${n++}`,
    }));
    await hub.get("POST", "/logs/", { token: device.token, value });
  }
  const token = await hub.login();
  const read = async (query: string) => (await hub.get("GET", `/logs/${query}`, { token })) as unknown as Page;
  const next = async (cursor: string | undefined) =>
    (await hub.get("POST", "/logs/cursor", { token, value: { "next-cursor": cursor } })) as unknown as Page;
  const messages = (page: Page) => (page.entries ?? []).map((entry) => entry.msg);
  return { hub, device, token, read, next, messages };
}

test("a device's lines come back newest first, without zero members", async () => {
  const { hub, device, read, messages } = await aHubWithLogs([1, 2]);
  await using _ = hub;
  const page = await read("");
  expect(messages(page)).toEqual(["m1", "m2", "m0"]);
  expect(page.entries?.[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    dev: device.prn,
    own: "prn:pantahub.com:auth:/user1",
    "time-created": "2026-01-01T00:00:02.000Z",
    tsec: 7,
    plat: "p",
    src: "/s1",
    lvl: "INFO",
    msg: "m1",
  });
  expect(page).toMatchObject({ start: 0, page: 3, count: 3 });
  expect(page).not.toHaveProperty("next-cursor");
});

test("lines are found by device, source, level and time, and sorted", async () => {
  const { hub, device, read, messages } = await aHubWithLogs([3, 1]);
  await using _ = hub;
  expect(messages(await read(`?dev=${device.id}&src=/s0&sort=-src,time-created`))).toEqual(["m0", "m2"]);
  expect(messages(await read(`?dev=${device.prn},nobody&src=/s0,/s1&start=1&page=2&sort=time-created`))).toEqual([
    "m1",
    "m2",
  ]);
  expect(messages(await read("?dev=nobody"))).toEqual([]);
  expect(messages(await read("?lvl=ERROR"))).toEqual([]);
  const last = encodeURIComponent(toIso(1_767_225_601_000 as never));
  expect(messages(await read(`?after=${last}`))).toEqual(["m3"]);
  expect(messages(await read(`?before=${last}`))).toEqual([]);
});

test("a cursor reads to the end what was there at its start, and goes on answering after it", async () => {
  const { hub, device, read, next, messages } = await aHubWithLogs([3, 4, 1]);
  await using _ = hub;
  for (const sort of ["time-created", "-time-created", "src,time-created"]) {
    const all = messages(await read(`?sort=${sort}&page=100`));
    let page = await read(`?cursor=true&page=3&sort=${sort}`);
    const seen = [...messages(page)];
    await hub.get("POST", "/logs/", { token: device.token, value: { msg: "late" } });
    for (let pages = 0; pages < 4; pages++) {
      page = await next(page["next-cursor"]);
      seen.push(...messages(page));
    }
    expect(seen).toEqual(all);
    expect(page).toMatchObject({ count: 0, "next-cursor": expect.any(String) });
    expect(page).not.toHaveProperty("entries");
  }
});

test("an empty reading with a cursor has a cursor", async () => {
  const { hub, read } = await aHubWithLogs([]);
  await using _ = hub;
  expect(await read("?cursor=true")).toEqual({ start: 0, page: 0, count: 0, "next-cursor": expect.any(String) });
});

test("foreign, broken and old cursors are 403; bad numbers and dates 400", async () => {
  const { hub, token, read } = await aHubWithLogs([1]);
  await using _ = hub;
  const cursor = (await read("?cursor=true"))["next-cursor"];
  const status = async (value: unknown, as: string) =>
    (await hub.ask("POST", "/logs/cursor", { token: as, value })).status;
  expect(await status({ "next-cursor": cursor }, await hub.login("user2"))).toBe(403);
  expect(await status({ "next-cursor": "x" }, token)).toBe(403);
  await hub.site.runFor(seconds(121));
  expect(await status({ "next-cursor": cursor }, token)).toBe(403);
  for (const bad of ["start=x", "page=-1", "after=yesterday"]) {
    expect((await hub.ask("GET", `/logs/?${bad}`, { token })).status).toBe(400);
  }
  expect(await status({}, token)).toBe(400);
  for (const ignored of ["sort=msg", "sort=constructor,-"])
    expect((await hub.ask("GET", `/logs/?${ignored}`, { token })).status).toBe(200);
});

test("users do not write logs, devices do not read them, and a bad line spoils its batch", async () => {
  const { hub, device, token, read } = await aHubWithLogs([]);
  await using _ = hub;
  expect((await hub.ask("POST", "/logs/", { token, value: [] })).status).toBe(403);
  expect((await hub.ask("GET", "/logs/", { token: device.token })).status).toBe(403);
  const value = [{ msg: "good" }, { msg: 7 }];
  expect((await hub.ask("POST", "/logs/", { token: device.token, value })).status).toBe(400);
  expect((await hub.ask("POST", "/logs/", { token: device.token, raw: "no json" })).status).toBe(400);
  expect((await read("")).count).toBe(0);
});

test("of too many lines the oldest go", async () => {
  await using hub = await HubUnderTest.open({ logLines: 1_000 });
  const device = await hub.device();
  for (let batch = 0; batch < 4; batch++) {
    const value = Array.from({ length: 600 }, (_, n) => ({ msg: `m${batch * 600 + n}` }));
    await hub.get("POST", "/logs/", { token: device.token, value });
  }
  const page = (await hub.get("GET", "/logs/?sort=time-created&page=5000", {
    token: await hub.login(),
  })) as unknown as Page;
  expect(page.entries?.at(-1)?.msg).toBe("m2399");
  expect(page.count).toBeLessThanOrEqual(2_000);
  expect(page.count).toBeGreaterThanOrEqual(1_000);
});
