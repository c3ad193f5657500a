import { seconds } from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import type { ApiClient, ApiReply } from "../src/site/api-client.ts";
import { attribute, childrenNamed, childText, descend, type XmlElement } from "../src/wire/xml/tree.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

const VSYS = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";

/** A firewall of a pair as one sees it who asks for logs, reports and files through Panorama. */
async function aFirewall(pair: PairSite, target = PRIMARY) {
  await pair.settled();
  const client = target === "" ? await pair.client() : (await pair.client()).for(target);
  const call = (parameters: Parameters<ApiClient["call"]>[0]) => pair.site.during(client.call(parameters));
  const set = (name: string, value = "10.0.0.1") =>
    call({
      type: "config",
      action: "set",
      xpath: `${VSYS}/address/entry[@name='${name}']`,
      element: `<ip-netmask>${value}</ip-netmask>`,
    });
  /** Starts a job and gives back its answer once the job has ended. */
  const lookUp = async (parameters: Parameters<ApiClient["call"]>[0]): Promise<ApiReply> => {
    const started = await call(parameters);
    expect(started).toMatchObject({ ok: true, code: "19" });
    const job = childText(started.result, "job") ?? "";
    await pair.site.runFor(seconds(2));
    return call({ type: parameters.type ?? "", action: "get", "job-id": job });
  };
  const logs = async (logType: string, query = "", more: Record<string, string> = {}) =>
    entriesOf((await lookUp({ type: "log", "log-type": logType, query, ...more })).result);
  return { call, set, lookUp, logs };
}

const entriesOf = (result: XmlElement) => childrenNamed(descend(result, "log", "logs") ?? result, "entry");
const texts = (entries: readonly XmlElement[], name: string) => entries.map((entry) => childText(entry, name));

describe("logs", () => {
  test("who logs in where, and what gets which tags, is logged by itself", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const tell = (payload: string) =>
      fw.call({
        type: "user-id",
        cmd: `<uid-message><version>2.0</version><type>update</type><payload>${payload}</payload></uid-message>`,
      });
    const entry = "<entry ip='10.1.1.1'><tag><member>web</member><member>db</member></tag></entry>";
    await tell(`<login><entry name='lab\\ann' ip='10.1.1.1' timeout='5'/></login><register>${entry}</register>`);
    await tell(`<logout><entry name='lab\\ann' ip='10.1.1.1'/></logout><unregister>${entry}</unregister>`);
    const users = await fw.logs("userid", "", { dir: "forward" });
    expect(texts(users, "subtype")).toEqual(["login", "logout"]);
    expect(texts(users, "user")).toEqual(["lab\\ann", "lab\\ann"]);
    expect(texts(users, "timeout")).toEqual(["300", "0"]);
    const tags = await fw.logs("iptag", "(ip eq 10.1.1.1)", { dir: "forward" });
    expect(texts(tags, "event_id")).toEqual(["register", "register", "unregister", "unregister"]);
    expect(texts(tags, "tag_name")).toEqual(["web", "db", "web", "db"]);
    await fw.call({ type: "op", cmd: "<clear><log><iptag/></log></clear>" });
    expect(await fw.logs("iptag")).toHaveLength(0);
    expect(await fw.logs("userid")).toHaveLength(2);
    const many = Array.from({ length: 150 }, (_, n) => `<entry name='u' ip='10.2.0.${n}'/>`).join("");
    await tell(`<login>${many}</login>`);
    expect(await fw.logs("userid", "", { nlogs: "1000" })).toHaveLength(102);
    expect(texts(await fw.logs("system", "(subtype eq userid)"), "opaque")[0]).toContain("50 further mappings");
    expect((await fw.logs("wildfire", "", { nlogs: "5" })).length).toBe(5);
  });

  test("of entries that tell the same the newest is enough, if that is wanted", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    for (const name of ["a", "b", "a", "a"]) await fw.set(name);
    expect(await fw.logs("config", "(cmd eq set)")).toHaveLength(4);
    const once = await fw.logs("config", "(cmd eq set)", { uniq: "yes" });
    expect(texts(once, "path").map((path) => /@name='(\w)'\]$/.exec(path ?? "")?.[1])).toEqual(["a", "b"]);
    expect(await fw.logs("config", "(cmd eq set)", { uniq: "yes", skip: "1" })).toHaveLength(1);
    const traffic = await fw.logs("traffic", "(app eq ssh)", { uniq: "yes", nlogs: "5000" });
    expect(traffic.length).toBeLessThan((await fw.logs("traffic", "(app eq ssh)", { nlogs: "5000" })).length);
    const wrong = await fw.call({ type: "log", "log-type": "config", uniq: "maybe" });
    expect(wrong).toMatchObject({ ok: false, code: "400" });
  });

  test("every change and commit of the configuration is logged and can be asked for", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    await fw.set("web");
    await fw.call({ type: "config", action: "delete", xpath: `${VSYS}/address/entry[@name='web']` });
    await fw.set("x".repeat(64));
    await fw.call({ type: "commit", cmd: "<commit><force/></commit>" });
    await pair.site.runFor(seconds(5));

    const all = await fw.logs("config");
    expect(texts(all, "cmd")).toEqual(["commit", "set", "delete", "set", "commit"]);
    expect(texts(all, "result")).toEqual(["Submitted", "Failed", "Succeeded", "Succeeded", "Submitted"]);
    expect(texts(all, "admin")).toEqual(["admin", "admin", "admin", "admin", "admin"]);
    expect(
      texts(all, "seqno")
        .map(Number)
        .toSorted((a, b) => b - a),
    ).toEqual(texts(all, "seqno").map(Number));
    expect(texts(await fw.logs("config", "(cmd eq set)"), "path")[1]).toContain("entry[@name='web']");
    expect(await fw.logs("config", "(cmd eq set) and (result neq Failed)")).toHaveLength(1);
    expect(texts(await fw.logs("config", "", { dir: "forward", skip: "2", nlogs: "2" }), "cmd")).toEqual([
      "delete",
      "set",
    ]);
  });

  test("a node that nobody has touched has been set up by somebody", async () => {
    await using pair = await PairSite.start();
    for (const target of [PRIMARY, ""]) {
      const node = await aFirewall(pair, target);
      const logs = await node.logs("config", "", { nlogs: "1" });
      expect([texts(logs, "type"), texts(logs, "cmd"), texts(logs, "client")]).toEqual([
        ["CONFIG"],
        ["commit"],
        ["CLI"],
      ]);
    }
  });

  test("commits are versions of the configuration, of which the newest can be seen", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const op = (cmd: string) => fw.call({ type: "op", cmd });
    await fw.set("web");
    await fw.call({ type: "commit", cmd: "<commit/>" });
    await pair.site.runFor(seconds(5));
    const audit = await op("<show><config><audit><info/></audit></config></show>");
    const versions = childrenNamed(descend(audit.result, "config-audit") ?? never(), "entry");
    expect([texts(versions, "version"), texts(versions, "committed-by")]).toEqual([
      ["2", "1"],
      ["admin", "admin"],
    ]);
    const version = (n: number) => op(`<show><config><audit><version>${n}</version></audit></config></show>`);
    expect((await version(2)).xml).toContain('<entry name="web">');
    expect(await version(1)).toMatchObject({ ok: false, code: "12", text: "version 1 does not exist" });
  });

  test("comments and whole configurations are logged too, and logs can be cleared", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const op = (cmd: string) => fw.call({ type: "op", cmd });
    await fw.set("web");
    await pair.site.runFor(seconds(1));
    await op(`<set><audit-comment><xpath>${VSYS}</xpath><comment>why</comment></audit-comment></set>`);
    await pair.site.runFor(seconds(1));
    await op("<revert><config/></revert>");
    expect(texts(await fw.logs("config"), "cmd")).toEqual(["revert", "audit-comment", "set", "commit"]);
    expect(texts(await fw.logs("config", "(subtype eq audit-comment)"), "comment")).toEqual(["why"]);
    await op("<clear><log><config/></log></clear>");
    expect(texts(await fw.logs("config"), "cmd")).toEqual(["audit-comment"]);
    expect(texts(await fw.logs("system", "(eventid eq clear-log)"), "opaque")).toEqual([
      "The config log was cleared by admin.",
    ]);
    expect(await op("<clear><log><traffic/></log></clear>")).toMatchObject({ ok: true });
  });

  test("the system log tells of jobs, roles, logins and reboots, also after them", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const direct = await pair.client(pair.direct(0));
    await pair.site.during(direct.call({ type: "keygen", user: "admin", password: "wrong" }));
    await pair.site.during(direct.call({ type: "keygen", user: "admin", password: "admin" }));
    await fw.call({ type: "op", cmd: "<request><restart><system/></restart></request>" });
    await pair.site.runFor(seconds(60));
    const told = texts(await fw.logs("system", "(receive_time geq '2000/01/01 00:00:00')", { nlogs: "100" }), "opaque");
    expect(told.join("\n")).toContain("User admin logged in via Web");
    expect(told.join("\n")).toContain("failed authentication for user 'admin'");
    expect(told.join("\n")).toMatch(/Moved from state Active to state/);
    expect(told.join("\n")).toContain("The system is going down for restart.");
    expect(told.join("\n")).toContain("The system is starting up.");
    expect(told.join("\n")).toContain("Autocommit job succeeded");
  });

  test("traffic is computed, the same whenever one asks", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const entries = await fw.logs("traffic", "(addr.src in 10.1.0.0/16)", { nlogs: "5" });
    expect(entries).toHaveLength(5);
    const newest = childText(entries[0] ?? never(), "seqno") ?? "";
    const again = await fw.logs("traffic", `(seqno eq ${newest})`);
    expect(again).toEqual([entries[0]]);
    expect(await fw.logs("threat", "(severity geq high)", { nlogs: "3" })).toHaveLength(3);
    expect(await fw.logs("globalprotect")).toHaveLength(0);
  });

  test("a query that cannot be carried out is refused, and a job ends once", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const refused = (more: Record<string, string>) => fw.call({ type: "log", ...more });
    expect(await refused({})).toMatchObject({
      ok: false,
      code: "400",
      text: 'Missing value for parameter "log-type".',
    });
    expect(await refused({ "log-type": "nothing" })).toMatchObject({ code: "400" });
    expect(await refused({ "log-type": "system", nlogs: "5001" })).toMatchObject({ code: "400" });
    expect(await refused({ "log-type": "system", query: "(a eq" })).toMatchObject({ code: "17" });
    expect(await refused({ action: "get", "job-id": "99" })).toMatchObject({ code: "7", text: "job 99 not found" });
    const job = childText((await fw.call({ type: "log", "log-type": "config" })).result, "job") ?? "";
    expect(
      childText(descend((await refused({ action: "get", "job-id": job })).result, "job") ?? never(), "status"),
    ).toBe("ACT");
    await pair.site.runFor(seconds(2));
    expect((await refused({ action: "finish", "job-id": job })).ok).toBe(true);
    expect(await refused({ action: "get", "job-id": job })).toMatchObject({ ok: false, code: "7" });
  });

  test("Panorama keeps its own", async () => {
    await using pair = await PairSite.start();
    const panorama = await aFirewall(pair, "");
    await panorama.call({ type: "config", action: "set", xpath: "/config/shared/tag", element: '<entry name="t"/>' });
    await panorama.call({
      type: "config",
      action: "multi-config",
      element:
        '<multi-config><set xpath="/config/shared/tag"><entry name="u"/></set><delete xpath="/config/shared/tag/entry[@name=\'u\']"/></multi-config>',
    });
    expect(texts(await panorama.logs("config"), "cmd")).toEqual(["delete", "set", "set", "commit"]);
    const [entry] = await panorama.logs("config", "(path contains tag)", { nlogs: "1" });
    expect(attribute(entry ?? never(), "logid")).toBe("4");
  });
});

describe("reports", () => {
  const reportOf = (reply: ApiReply) => descend(reply.result, "report") ?? never();

  test("are made by a job, from the logs of their time", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const ask = {
      type: "report",
      reporttype: "dynamic",
      reportname: "top-app-summary",
      period: "last-hour",
      topn: "3",
    };
    const report = reportOf(await fw.lookUp(ask));
    expect(Number(attribute(report, "end-epoch")) - Number(attribute(report, "start-epoch"))).toBe(3599);
    expect(attribute(report, "name")).toBe("Top applications");
    const lines = childrenNamed(report, "entry");
    expect(lines).toHaveLength(3);
    const bytes = lines.map((line) => Number(childText(line, "nbytes")));
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
    const predefined = await fw.lookUp({ type: "report", reporttype: "predefined", reportname: "top-attackers" });
    expect(childrenNamed(reportOf(predefined), "entry").length).toBeGreaterThan(0);
  });

  test("custom ones are defined in the configuration or in the call", async () => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    const definition =
      "<type><trsum><aggregate-by><member>rule</member></aggregate-by></trsum></type><period>last-24-hrs</period><topn>2</topn><query>(app eq ssl)</query>";
    await fw.call({
      type: "config",
      action: "set",
      xpath: "/config/shared/reports/entry[@name='mine']",
      element: definition,
    });
    await fw.call({ type: "commit", cmd: "<commit/>" });
    await pair.site.runFor(seconds(5));
    const configured = reportOf(await fw.lookUp({ type: "report", reporttype: "custom", reportname: "mine" }));
    expect(childrenNamed(configured, "entry").map((line) => childText(line, "rule"))).toHaveLength(2);
    const inline = await fw.lookUp({
      type: "report",
      reporttype: "dynamic",
      reportname: "custom-dynamic-report",
      cmd: definition,
    });
    expect(childrenNamed(reportOf(inline), "entry")).toHaveLength(2);
  });

  test.each([
    [{}, "400"],
    [{ reporttype: "weekly", reportname: "x" }, "400"],
    [{ reporttype: "dynamic" }, "400"],
    [{ reporttype: "dynamic", reportname: "no-such-report" }, "7"],
    [{ reporttype: "custom", reportname: "none" }, "7"],
    [{ reporttype: "dynamic", reportname: "custom-dynamic-report", cmd: "<type>" }, "18"],
    [{ reporttype: "dynamic", reportname: "top-app-summary", period: "last-century" }, "400"],
  ])("%j is refused with %s", async (parameters, code) => {
    await using pair = await PairSite.start();
    const fw = await aFirewall(pair);
    expect(await fw.call({ type: "report", ...parameters })).toMatchObject({ ok: false, code });
  });
});

const never = (): never => {
  throw new Error("nothing was found");
};
