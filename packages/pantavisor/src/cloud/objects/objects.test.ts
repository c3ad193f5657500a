import { createHash } from "node:crypto";
import { binary, hours } from "@understudy/kernel";
import { expect, test } from "vitest";
import { HubUnderTest } from "../../testing/hub-under-test.ts";

const SPEC = { "#spec": "pantavisor-service-system@1" };
const hello = Buffer.from("hello\n");
const sha = createHash("sha256").update(hello).digest("hex");
const OTHER = "0".repeat(64);

interface Shown {
  readonly "signed-puturl": string;
  readonly "signed-geturl": string;
}

async function upload(hub: HubUnderTest, token: string, content = hello) {
  const sum = createHash("sha256").update(content).digest("hex");
  const value = { sha256sum: sum, size: String(content.length), objectname: 'dir/a b"ö.bin' };
  const shown = (await hub.get("POST", "/objects/", { token, value })) as unknown as Shown;
  expect((await hub.ask("PUT", shown["signed-puturl"], { body: binary(content) })).status).toBe(200);
  return shown;
}

const type = (told: { readonly headers: readonly (readonly [string, string])[] }) =>
  told.headers.find(([name]) => name === "Pantahub-Object-Type")?.[1];

test("an object comes back whole, in part, or not at all", async () => {
  await using hub = await HubUnderTest.open();
  const shown = await upload(hub, await hub.login());
  const get = (range?: string) =>
    hub.ask("GET", shown["signed-geturl"], { headers: range === undefined ? [] : [["Range", range]] });
  const whole = await get();
  expect([whole.status, whole.text]).toEqual([200, "hello\n"]);
  expect(whole.headers).toContainEqual(["Content-Disposition", 'attachment; filename="dir/a b__.bin"']);
  expect([(await get("bytes=1-3")).text, (await get("bytes=-2")).text, (await get("bytes=4-")).text]).toEqual([
    "ell",
    "o\n",
    "o\n",
  ]);
  expect((await get("bytes=6-")).status).toBe(416);
  expect((await hub.ask("PUT", shown["signed-geturl"], { body: binary(hello) })).status).toBe(403);
  expect((await hub.ask("GET", shown["signed-puturl"])).status).toBe(403);
  await hub.site.runFor(hours(24));
  expect((await get()).status).toBe(403);
});

test("an upload that is too short, too long or another content leaves nothing", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  const value = { sha256sum: sha, size: "6", objectname: "x" };
  const shown = (await hub.get("POST", "/objects/", { token, value })) as unknown as Shown;
  for (const content of ["hell", "hello\n!", "hellO\n", ""]) {
    expect((await hub.ask("PUT", shown["signed-puturl"], { body: binary(Buffer.from(content)) })).status).toBe(400);
    const pieces = (async function* () {
      yield Buffer.from(content);
    })();
    expect((await hub.ask("PUT", shown["signed-puturl"], { body: { kind: "stream", chunks: pieces } })).status).toBe(
      400,
    );
  }
  expect((await hub.ask("GET", shown["signed-geturl"])).status).toBe(404);
  expect((await hub.ask("POST", "/objects/", { token, value })).status).toBe(200);
});

test("an object of no bytes is an object", async () => {
  await using hub = await HubUnderTest.open();
  const shown = await upload(hub, await hub.login(), Buffer.alloc(0));
  expect((await hub.ask("GET", shown["signed-geturl"])).text).toBe("");
});

test("size and sizeint agree, and the number counts unless it is zero", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  const sizes = async (n: number, given: object) => {
    const answer = await hub.get("POST", "/objects/", { token, value: { sha256sum: String(n).repeat(64), ...given } });
    return [answer.size, answer.sizeint];
  };
  expect(await sizes(1, { size: "7", sizeint: 0 })).toEqual(["7", 7]);
  expect(await sizes(2, { sizeint: 8 })).toEqual(["8", 8]);
  expect(await sizes(3, { size: "" })).toEqual(["0", 0]);
  for (const bad of [{ size: "x" }, { size: 7 }, { sizeint: -1 }, { sizeint: 1.5 }]) {
    expect((await hub.ask("POST", "/objects/", { token, value: { sha256sum: OTHER, ...bad } })).status).toBe(400);
  }
});

test("bad hashes are 400, and what is not one's own is 403", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  await upload(hub, token);
  for (const value of [{}, { sha256sum: "x" }, { sha256sum: sha.toUpperCase() }, { sha256sum: sha, id: OTHER }]) {
    expect((await hub.ask("POST", "/objects/", { token, value })).status).toBe(400);
  }
  expect((await hub.ask("GET", "/objects/x", { token })).status).toBe(400);
  expect((await hub.ask("GET", `/objects/${OTHER}`, { token })).status).toBe(403);
  expect((await hub.ask("GET", `/objects/${sha}`, { token: await hub.login("user2") })).status).toBe(403);
  const location = (await hub.ask("GET", `/objects/${sha}/blob`, { token })).headers.find(
    ([name]) => name === "Location",
  )?.[1];
  expect((await hub.ask("GET", String(location))).text).toBe("hello\n");
});

test("knowing a hash of somebody else's private content does not open it", async () => {
  await using hub = await HubUnderTest.open();
  await upload(hub, await hub.login());
  const token = await hub.login("user2");
  const announced = await hub.ask("POST", "/objects/", { token, value: { sha256sum: sha, size: "6" } });
  expect([announced.status, type(announced)]).toEqual([200, "object"]);
  const { "signed-geturl": url } = announced.json as Shown;
  expect((await hub.ask("GET", url)).status).toBe(404);
});

test("content that somebody shows publicly is linked instead of sent again, unless that is not wanted", async () => {
  await using hub = await HubUnderTest.open();
  const owner = await hub.login();
  await upload(hub, owner);
  const device = await hub.deviceWithTrail();
  await hub.get("POST", `/trails/${device.id}/steps`, { token: owner, value: { rev: -1, state: { ...SPEC, a: sha } } });
  await hub.get("PUT", `/devices/${device.id}/public`, { token: owner });

  const token = await hub.login("user2");
  const value = { sha256sum: sha, size: "6", objectname: "mine" };
  const theirs = await hub.deviceWithTrail("user2");
  const step = { token, value: { rev: -1, state: { ...SPEC, b: sha } } };
  expect((await hub.ask("POST", `/trails/${theirs.id}/steps?autolink=no`, step)).status).toBe(500);
  expect(type(await hub.ask("POST", "/objects/?autolink=no", { token, value }))).toBe("object");

  const linked = await hub.ask("POST", "/objects/", { token, value });
  expect([linked.status, type(linked)]).toEqual([409, "link"]);
  const urls = linked.json as Shown;
  expect((await hub.ask("GET", urls["signed-geturl"])).text).toBe("hello\n");
  expect((await hub.ask("PUT", urls["signed-puturl"], { body: binary(Buffer.from("nope!!")) })).status).toBe(400);
  expect((await hub.ask("PUT", urls["signed-puturl"], { body: binary(hello) })).status).toBe(200);
  await hub.get("POST", `/trails/${theirs.id}/steps`, step);
});

test("a step links public content by itself", async () => {
  await using hub = await HubUnderTest.open();
  const owner = await hub.login();
  await upload(hub, owner);
  const device = await hub.deviceWithTrail();
  await hub.get("POST", `/trails/${device.id}/steps`, { token: owner, value: { rev: -1, state: { ...SPEC, a: sha } } });
  await hub.get("PUT", `/devices/${device.id}/public`, { token: owner });
  const theirs = await hub.deviceWithTrail("user2");
  const token = await hub.login("user2");
  await hub.get("POST", `/trails/${theirs.id}/steps`, { token, value: { rev: -1, state: { ...SPEC, b: sha } } });
  expect(type(await hub.ask("GET", `/trails/${theirs.id}/steps/1/objects/${sha}`, { token: theirs.token }))).toBe(
    "link",
  );
});

test("beyond the quota an object is refused, and a deleted one gives its share back", async () => {
  await using hub = await HubUnderTest.open({ quotaMib: 1 });
  const token = await hub.login();
  const post = async (n: number, bytes: number) =>
    (await hub.ask("POST", "/objects/", { token, value: { sha256sum: String(n).repeat(64), sizeint: bytes } })).status;
  expect(await post(1, 1_000_000)).toBe(200);
  expect(await post(1, 1_000_000)).toBe(200);
  expect(await post(2, 100_000)).toBe(500);
  await hub.get("DELETE", `/objects/${"1".repeat(64)}`, { token });
  expect(await post(2, 100_000)).toBe(200);
  expect(((await hub.get("GET", "/objects/", { token })) as unknown as object[]).length).toBe(1);
});

test("a rename needs the object's own owner and hash in the body", async () => {
  await using hub = await HubUnderTest.open();
  const token = await hub.login();
  await upload(hub, token);
  const value = { owner: "prn:pantahub.com:auth:/user1", sha256sum: sha, objectname: "new" };
  expect(await hub.get("PUT", `/objects/${sha}`, { token, value })).toMatchObject({ objectname: "new" });
  expect((await hub.ask("PUT", `/objects/${sha}`, { token, value: { ...value, owner: "x" } })).status).toBe(403);
});
