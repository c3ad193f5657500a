import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiClient } from "../src/site/api-client.ts";
import { descend, textOf } from "../src/wire/xml/tree.ts";
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
    ["99", "99"],
    ["nine", "nine"],
  ])("takes job %s as number %s", async (asked, told) => {
    expect(await op(`<show><jobs><id>${asked}</id></jobs></show>`)).toMatchObject({
      ok: false,
      text: `job ${told} not found`,
    });
  });
});
