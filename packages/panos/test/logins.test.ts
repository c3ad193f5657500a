import { EMPTY_BODY, type Headers, MemoryStorage, noHeaders, readText, seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { writeForm } from "../src/wire/api/form.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

/** A client that may go to Panorama or to a firewall, in any way of proving who it is. */
async function aClient(pair: PairSite) {
  await pair.settled();
  const { cell } = pair.site;
  const world = await cell.power.operator("client", new MemoryStorage(cell.ground.time));
  const at = { panorama: pair.panoramaEndpoint.address, firewall: pair.direct(0).address };
  const get = (to: keyof typeof at, target: string, headers: Headers = noHeaders) =>
    pair.site.during(
      world.network.request(at[to], { method: "GET", target, version: "1.1", headers, body: EMPTY_BODY }),
    );
  const call = async (to: keyof typeof at, parameters: Record<string, string>, headers?: Headers) =>
    readText((await get(to, `/api/?${writeForm(parameters)}`, headers)).body);
  /** What a node's system log holds about logins, oldest first. */
  const logins = async (to: keyof typeof at): Promise<readonly string[]> => {
    const ask = {
      type: "log",
      key: "test-api-key",
      "log-type": "system",
      query: "(opaque contains user)",
      dir: "forward",
    };
    const job = /<job>(\d+)<\/job>/.exec(await call(to, ask))?.[1] ?? "";
    await pair.site.runFor(seconds(2));
    const text = await call(to, { ...ask, action: "get", "job-id": job });
    return [...text.matchAll(/<opaque>(.*?)<\/opaque>/g)].map(([, told = ""]) => told.replace(/ from \S+$/i, ""));
  };
  return { get, call, logins };
}

const basic = (password: string): Headers => [
  ["Authorization", `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`],
];
const INFO = { type: "op", cmd: "<show><system><info/></system></show>" };

test("a key that is asked for through Panorama is a login at the firewall", async () => {
  await using pair = await PairSite.start();
  const { call, logins } = await aClient(pair);
  const keygen = { type: "keygen", target: PRIMARY, user: "admin", password: "admin" };
  expect(await call("panorama", keygen)).toContain("<key>test-api-key</key>");
  await call("panorama", { ...keygen, password: "wrong" });
  expect(await logins("firewall")).toEqual([
    "User admin logged in via Web",
    expect.stringContaining("failed authentication for user"),
  ]);
  expect(await logins("panorama")).toEqual([]);
});

test("Basic authentication is a login once, however many calls follow, and each failure is told", async () => {
  await using pair = await PairSite.start();
  const { get, call, logins } = await aClient(pair);
  for (let n = 0; n < 3; n++) expect(await call("firewall", INFO, basic("admin"))).toContain("<hostname>");
  const rest = "/restapi/v11.1/Objects/Addresses?location=shared";
  expect((await get("firewall", rest, basic("admin"))).status).toBe(200);
  expect((await get("firewall", rest, basic("wrong"))).status).toBe(401);
  expect(await call("firewall", INFO, basic("wrong"))).toContain("Invalid Credential");
  const failure: unknown = expect.stringContaining("failed authentication for user");
  expect(await logins("firewall")).toEqual(["User admin logged in via Web", failure, failure]);
});
