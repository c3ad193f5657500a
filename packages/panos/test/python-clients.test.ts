import { describe, expect, test } from "vitest";
import { FirewallSite } from "./a-firewall.ts";

/** What Python tools do with a reply decides more than its schema: an empty element becomes `None`, and `None` has no entries. */
describe("replies that Python tools take apart", () => {
  test.each([
    { version: "11.1.0", advanced_routing: true },
    { version: "11.1.0", metrics: { route_count: 0 } },
  ])("a routing table without routes has its legend: %j", async (options) => {
    await using fw = await FirewallSite.start(options);
    const text = await fw.op("<show><routing><route/></routing></show>");
    expect(text).toMatch(/<result><flags>flags: A:active, [^<]*<\/flags>/);
  });
});
