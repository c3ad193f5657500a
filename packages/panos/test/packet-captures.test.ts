import { EMPTY_BODY, header, MemoryStorage, noHeaders, readBytes, seconds, type World } from "@understudy/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeForm } from "../src/wire/api/form.ts";
import { childText } from "../src/wire/xml/tree.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

let pair: PairSite;
let world: World;
beforeAll(async () => {
  pair = await PairSite.start();
  await pair.settled();
  const { cell } = pair.site;
  world = await cell.power.operator("captures", new MemoryStorage(cell.ground.time));
});
afterAll(() => pair[Symbol.asyncDispose]());

/** What an export answers, as text with a letter for each byte. */
async function exported(parameters: Record<string, string>, target = PRIMARY) {
  const form = writeForm({ type: "export", key: "test-api-key", ...(target === "" ? {} : { target }), ...parameters });
  const request = {
    method: "GET",
    target: `/api/?${form}`,
    version: "1.1",
    headers: noHeaders,
    body: EMPTY_BODY,
  } as const;
  const reply = await pair.site.during(world.network.request(pair.panoramaEndpoint.address, request));
  const disposition = header(reply.headers, "content-disposition") ?? "";
  return {
    file: /filename=(.*)$/.exec(disposition)?.[1],
    text: Buffer.from(await readBytes(reply.body)).toString("latin1"),
  };
}

const names = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, name = ""]) => name);
/** The number a libpcap file begins with, read byte by byte. */
const PCAP = /^\xd4\xc3\xb2\xa1/;

describe("packet captures", () => {
  test("of filters are listed and given by name", async () => {
    const { text } = await exported({ category: "filter-pcap" });
    expect(names(text, "file")).toContain("receive.pcap");
    const capture = await exported({ category: "filter-pcap", from: "receive.pcap" });
    expect(capture.file).toBe("receive.pcap");
    expect(capture.text).toMatch(PCAP);
    expect((await exported({ category: "filter-pcap", from: "other.pcap" })).text).toContain(
      "other.pcap does not exist",
    );
  });

  test("of applications stand in a folder for each day", async () => {
    const days = names((await exported({ category: "application-pcap" })).text, "dir");
    expect(days.length).toBeGreaterThan(4);
    expect(days.every((day) => /^\d{8}$/.test(day))).toBe(true);
    const day = days[0] ?? "";
    const [name = ""] = names((await exported({ category: "application-pcap", from: day })).text, "file");
    expect(await exported({ category: "application-pcap", from: `/${day}/${name}` })).toMatchObject({ file: name });
    for (const from of ["19990101", `${day}/none.pcap`])
      expect((await exported({ category: "application-pcap", from })).text).toContain(`${from} does not exist`);
  });

  test("of threats are found by the number in their log, near the time of the search", async () => {
    const client = (await pair.client()).for(PRIMARY);
    const call = (more: Record<string, string>) => pair.site.during(client.call({ type: "log", ...more }));
    const job = childText((await call({ "log-type": "threat", nlogs: "1" })).result, "job") ?? "";
    await pair.site.runFor(seconds(2));
    const log = (await call({ action: "get", "job-id": job })).xml;
    const [pcapid = ""] = names(log, "pcap_id");
    const [time = ""] = names(log, "receive_time");
    const ask = { category: "threat-pcap", pcapid };
    const capture = await exported({ ...ask, "search-time": time });
    expect(capture.file).toBe(`${pcapid}.pcap`);
    expect(capture.text).toMatch(PCAP);
    for (const far of ["2001/01/01 00:00:00", "2099/01/01 00:00:00"])
      expect((await exported({ ...ask, "search-time": far })).text).toContain("does not exist");
    expect((await exported(ask)).text).toContain("search-time");
    expect((await exported({ category: "threat-pcap", pcapid: "x", "search-time": time })).text).toContain("pcapid");
    expect((await exported({ ...ask, "search-time": "soon" })).text).toContain("search-time");
  });

  test("are nothing that Panorama has", async () => {
    for (const category of ["filter-pcap", "application-pcap", "threat-pcap", "dlp-pcap"])
      expect((await exported({ category }, "")).text).toContain("<dir-listing/>");
  });
});
