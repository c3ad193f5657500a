import { type Endpoint, type Headers, json, MemoryStorage, readJson, seconds, text } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { PairSite, PRIMARY } from "./a-pair.ts";

const KEY: Headers = [["X-PAN-KEY", "test-api-key"]];

interface RestReply {
  readonly status: number;
  readonly body: unknown;
}

/** A client of the REST API of one node. */
async function aRestClient(pair: PairSite, endpoint: Endpoint, headers = KEY) {
  await pair.settled();
  const { cell } = pair.site;
  const world = await cell.power.operator(
    `rest-${JSON.stringify(endpoint.address)}`,
    new MemoryStorage(cell.ground.time),
  );
  const send = async (method: string, path: string, body?: unknown): Promise<RestReply> => {
    const reply = await world.network.request(endpoint.address, {
      method,
      target: `/restapi/v11.1/${path}`,
      version: "1.1",
      headers,
      body: body === undefined ? { kind: "empty" } : typeof body === "string" ? text(body) : json(body),
    });
    return { status: reply.status, body: await readJson(reply.body) };
  };
  const request = (method: string, path: string, body?: unknown) => pair.site.during(send(method, path, body));
  /** Several calls at once. */
  const together = (...calls: readonly (readonly [method: string, path: string, body?: unknown])[]) =>
    pair.site.during(Promise.all(calls.map((call) => send(...call))));
  return Object.assign(request, { together });
}

const AT = "location=vsys&vsys=vsys1";
const WRITTEN = { status: 200, body: { "@status": "success", "@code": "20", msg: "command succeeded" } };
const failed = (status: number, code: number, inner?: number) => ({
  status,
  body: { code, details: [{ "@type": "CauseInfo", causes: [inner === undefined ? {} : { code: inner }] }] },
});

describe("the REST API of a firewall", () => {
  test.each(["virtual", "sockets"] as const)(
    "creates, shows, replaces, renames and deletes an address, %s",
    async (mode) => {
      await using pair = await PairSite.start({ mode });
      const rest = await aRestClient(pair, pair.direct(0));
      const entry = { "@name": "web", "ip-netmask": "10.0.0.1", tag: { member: ["t"] } };
      expect(await rest("POST", `Objects/Addresses?${AT}&name=web`, { entry: [entry] })).toEqual(WRITTEN);
      expect(await rest("GET", `Objects/Addresses?${AT}`)).toEqual({
        status: 200,
        body: {
          "@status": "success",
          "@code": "19",
          result: {
            "@total-count": "1",
            "@count": "1",
            entry: [
              {
                "@name": "web",
                "@location": "vsys",
                "@vsys": "vsys1",
                "ip-netmask": "10.0.0.1",
                tag: { member: ["t"] },
              },
            ],
          },
        },
      });
      expect(await rest("POST", `Objects/Addresses?${AT}&name=web`, { entry })).toMatchObject(failed(409, 6, 8));
      expect(await rest("PUT", `Objects/Addresses?${AT}&name=web`, { entry: { "@name": "web", fqdn: "x" } })).toEqual(
        WRITTEN,
      );
      expect(await rest("POST", `Objects/Addresses:rename?${AT}&name=web&newname=site`)).toEqual(WRITTEN);
      expect((await rest("GET", `Objects/Addresses?${AT}&name=site`)).body).toMatchObject({
        result: { entry: [{ fqdn: "x" }] },
      });
      expect(await rest("DELETE", `Objects/Addresses?${AT}&name=site`)).toEqual(WRITTEN);
      expect(await rest("GET", `Objects/Addresses?${AT}&name=site`)).toMatchObject(failed(404, 5, 7));
      expect(await rest("PUT", `Objects/Addresses?${AT}&name=site`, { entry })).toMatchObject(failed(400, 3));
      expect(await rest("DELETE", `Objects/Addresses?${AT}&name=site`)).toMatchObject(failed(404, 5, 7));
    },
  );

  test("of several that create the same name at once one succeeds, and what it wrote stays", async () => {
    await using pair = await PairSite.start();
    const rest = await aRestClient(pair, pair.direct(0));
    const create = (kind: string) =>
      ["POST", `Objects/Addresses?${AT}&name=web`, { entry: { "@name": "web", [kind]: "10.0.0.1" } }] as const;
    const replies = await rest.together(create("ip-netmask"), create("fqdn"), create("ip-range"));
    expect(replies.map(({ status }) => status)).toEqual([200, 409, 409]);
    const { body } = await rest("GET", `Objects/Addresses?${AT}&name=web`);
    expect(body).toMatchObject({ result: { entry: [{ "@name": "web", "ip-netmask": "10.0.0.1" }] } });
    expect(JSON.stringify(body)).not.toContain("fqdn");
  });

  test("what is deleted meanwhile is not brought back by a replacement", async () => {
    await using pair = await PairSite.start();
    const rest = await aRestClient(pair, pair.direct(0));
    const entry = { "@name": "web", "ip-netmask": "10.0.0.1" };
    const path = `Objects/Addresses?${AT}&name=web`;
    await rest("POST", path, { entry });
    const [deleted, replaced] = await rest.together(["DELETE", path], ["PUT", path, { entry }]);
    expect([deleted?.status, replaced?.status]).toEqual([200, 404]);
    expect((await rest("GET", path)).status).toBe(404);
  });

  test("rules keep objects from being deleted, and can be moved", async () => {
    await using pair = await PairSite.start();
    const rest = await aRestClient(pair, pair.direct(0));
    await rest("POST", `Objects/Addresses?${AT}&name=a`, { entry: { "@name": "a", fqdn: "x" } });
    for (const name of ["r1", "r2"])
      await rest("POST", `Policies/SecurityRules?${AT}&name=${name}`, {
        entry: { "@name": name, source: { member: ["a"] } },
      });
    expect(await rest("DELETE", `Objects/Addresses?${AT}&name=a`)).toMatchObject(failed(409, 6, 10));
    expect(await rest("POST", `Policies/SecurityRules:move?${AT}&name=r2&where=top`)).toEqual(WRITTEN);
    expect(await rest("POST", `Policies/SecurityRules:move?${AT}&name=r2&where=top`)).toMatchObject(failed(400, 9, 14));
    expect(await rest("POST", `Policies/SecurityRules:move?${AT}&name=r2`)).toMatchObject(failed(400, 3));
    const { body } = await rest("GET", `Policies/SecurityRules?${AT}`);
    expect(body).toMatchObject({ result: { entry: [{ "@name": "r2" }, { "@name": "allow-all" }, { "@name": "r1" }] } });
  });

  test.each([
    ["GET", "Objects/Addresses", failed(400, 3)],
    ["GET", "Objects/Addresses?location=vsys", failed(400, 3)],
    ["GET", "Objects/Addresses?location=moon", failed(400, 3)],
    ["GET", "Objects/Addresses?location=device-group&device-group=x", failed(400, 3)],
    ["GET", "Objects/Addresses?location=vsys&vsys=vsys9", failed(400, 3)],
    ["GET", "Objects/Nothing?location=shared", failed(404, 5)],
    ["GET", "Policies/SecurityPreRules?location=shared", failed(404, 5)],
    ["PATCH", `Objects/Addresses?${AT}`, failed(501, 12)],
    ["POST", "Objects/Addresses?location=predefined&name=x", failed(403, 7)],
    ["POST", `Objects/Addresses?${AT}&name=x`, failed(400, 3)],
    ["POST", `Objects/Addresses?${AT}`, failed(400, 3, 12)],
  ])("%s %s", async (method, path, expected) => {
    await using pair = await PairSite.start();
    const rest = await aRestClient(pair, pair.direct(0));
    expect(
      await rest(method, path, method === "POST" ? { entry: { "@name": "x".repeat(64), fqdn: "x" } } : undefined),
    ).toMatchObject(expected);
    expect(await rest("POST", `Objects/Addresses?${AT}`, "{")).toMatchObject(failed(400, 3));
  });

  test("wants a key or a password; what is predefined or pushed can be listed", async () => {
    await using pair = await PairSite.start();
    const nobody = await aRestClient(pair, pair.direct(0), []);
    expect(await nobody("GET", `Objects/Addresses?${AT}`)).toMatchObject(failed(401, 16, 16));
    const basic = await aRestClient(pair, pair.direct(1), [
      ["Authorization", `Basic ${Buffer.from("admin:admin").toString("base64")}`],
    ]);
    expect(await basic("GET", "Objects/Tags?location=panorama-pushed")).toMatchObject({
      status: 200,
      body: { result: { entry: [] } },
    });
    expect(await basic("GET", "Objects/Tags?location=predefined")).toMatchObject({
      status: 200,
      body: { result: { entry: [] } },
    });
  });
});

test("calls of the REST API are noted like all others, and fail like all others", async () => {
  await using pair = await PairSite.start({
    faults: [{ family: "panos", device: "primary", operation: "request", nth: 2, error: "http 503" }],
  });
  const rest = await aRestClient(pair, pair.direct(0));
  expect((await rest("GET", `Objects/Addresses?${AT}`)).status).toBe(200);
  await expect(rest("GET", `Objects/Addresses?${AT}`)).rejects.toThrow();
  expect((await rest("DELETE", `Objects/Addresses?${AT}&name=nothing`)).status).toBe(404);
  const { cell } = pair.site;
  const world = await cell.power.operator("tester", new MemoryStorage(cell.ground.time));
  const journal = await pair.site.during(
    world.network.request(pair.panoramaEndpoint.address, {
      method: "GET",
      target: `/calls?device=${PRIMARY}`,
      version: "1.1",
      headers: [],
      body: { kind: "empty" },
    }),
  );
  expect(await readJson(journal.body)).toMatchObject({
    calls: [
      {
        command: `rest DELETE /restapi/v11.1/Objects/Addresses?${AT}&name=nothing`,
        response_status: "404",
        admin: "admin",
      },
      { command: `rest GET /restapi/v11.1/Objects/Addresses?${AT}`, response_status: "success" },
    ],
  });
});

test("Panorama serves its device groups, and the XML API sees what REST wrote", async () => {
  await using pair = await PairSite.start();
  const rest = await aRestClient(pair, pair.panoramaEndpoint);
  const { body } = await rest("GET", "Panorama/DeviceGroups");
  expect(body).toMatchObject({
    result: { entry: [{ "@name": "branch", devices: { entry: [{ "@name": PRIMARY }, {}] } }] },
  });
  const at = "location=device-group&device-group=branch";
  expect(
    await rest("POST", `Policies/SecurityPreRules?${at}&name=r`, { entry: { "@name": "r", action: "deny" } }),
  ).toEqual(WRITTEN);
  expect((await rest("GET", `Policies/SecurityPreRules?${at}`)).body).toMatchObject({
    result: { entry: [{ "@name": "r", "@location": "device-group", "@device-group": "branch", action: "deny" }] },
  });
  const client = await pair.client();
  const call = (parameters: Parameters<typeof client.call>[0]) => pair.site.during(client.call(parameters));
  const seen = await call({
    type: "config",
    action: "get",
    xpath: "//pre-rulebase/security/rules/entry[@name='r']/action",
  });
  expect(seen.xml).toContain("<action>deny</action>");
  await call({ type: "log", "log-type": "config", query: "(path contains pre-rulebase)" });
  await pair.site.runFor(seconds(2));
  const zone = "location=template&template=branch-template&vsys=vsys1";
  expect(
    await rest("POST", `Network/Zones?${zone}&name=dmz`, { entry: { "@name": "dmz", network: { layer3: {} } } }),
  ).toEqual(WRITTEN);
  expect((await rest("GET", `Network/Zones?${zone}`)).body).toMatchObject({
    result: { entry: [{ "@name": "dmz", "@template": "branch-template" }] },
  });
});

test("the passive Panorama of a pair takes no writes", async () => {
  await using pair = await PairSite.start({}, { panorama: { ha_enabled: true } });
  await pair.settled();
  const second = pair.site.cell.cloud("panorama").endpoints["peer-http"];
  if (second === undefined) throw new Error("no second Panorama");
  const rest = await aRestClient(pair, second);
  const body = { entry: { "@name": "a", fqdn: "a.example" } };
  expect(await rest("POST", "Objects/Addresses?location=shared&name=a", body)).toMatchObject(failed(403, 7, 15));
  expect(await rest("GET", "Objects/Addresses?location=shared")).toMatchObject({ status: 200 });
});
