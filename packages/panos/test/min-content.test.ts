import { seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import { readScenario } from "../src/site/scenario/scenario.ts";
import { FirewallSite } from "./a-firewall.ts";

const order = (area: string, what: string): string => `<request>${area.replace("*", what)}</request>`;
const SOFTWARE = "<system><software>*</software></system>";
const CONTENT = "<content><upgrade>*</upgrade></content>";

test("an installation waits for content that is new enough", async () => {
  const options = { version: "10.1.0", available_versions: ["10.2.0"], content_version: "8700-7999" };
  await using fw = await FirewallSite.start(options, { cloud: { min_content: { "10.2": "8795-8489" } } });
  const done = async (cmd: string): Promise<string> => {
    const job = /<job>(\d+)<\/job>/.exec(await fw.op(cmd))?.[1] ?? "";
    await fw.site.runFor(seconds(12));
    return fw.op(`<show><jobs><id>${job}</id></jobs></show>`);
  };
  await done(order(SOFTWARE, "<download><version>10.2.0</version></download>"));
  const install = order(SOFTWARE, "<install><version>10.2.0</version></install>");
  const refused = await done(install);
  expect(refused).toContain("<result>FAIL</result>");
  expect(refused).toContain("<line>Error: Content version should be 8795-8489 or higher to proceed.</line>");
  await done(order(CONTENT, "<download><latest/></download>"));
  await done(order(CONTENT, "<install><version>latest</version></install>"));
  expect(await done(install)).toContain("<result>OK</result>");
});

test("a scenario says which content a release wants", () => {
  const file = (wanted: string): string => `min_content: { 11.1: ${wanted} }\ndevices: []\n`;
  expect(readScenario(file("8795-8489")).cloud["min_content"]).toEqual({ "11.1": "8795-8489" });
  expect(() => readScenario(file("new"))).toThrow("min_content");
});
