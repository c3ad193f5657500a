import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LabReport, readLab, runLab } from "@understudy/fleet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const url = new URL("../../../examples/lamp-family/lab.yaml", import.meta.url);
const source = { text: readFileSync(url, "utf8"), file: "lab.yaml", baseUrl: url.href };

describe("a family from outside the house", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "understudy-test-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(workers: number): Promise<LabReport & { readonly hash: string }> {
    const eventsTo = join(folder, `events-${workers}.jsonl`);
    const report = await runLab(source, { workers, eventsTo });
    return { ...report, hash: createHash("sha256").update(readFileSync(eventsTo)).digest("hex") };
  }

  test("runs in cells, under faults and power cuts, and cloud and devices agree in the end", async () => {
    const report = await run(1);
    expect(report).toMatchObject({ cells: 3, devices: 2_500, phases: { idle: 2_500 }, findingCount: 0, failures: [] });
    const lit = readFileSync(join(folder, "events-1.jsonl"), "utf8").match(
      /"type":"switched","change":\{"lit":true\}/g,
    );
    expect(lit).toHaveLength(2_500);
  });

  test("gives the same event file with 1, 2 and 8 workers", async () => {
    const one = await run(1);
    const two = await run(2);
    const eight = await run(8);
    expect(one.events).toBeGreaterThan(5_000);
    expect(two).toEqual(one);
    expect(eight).toEqual(one);
  });

  test("is checked by its own shapes, with the place in the file", async () => {
    const text = "families: { lamp: ./lamp.ts }\nfleets:\n  - family: lamp\n    count: 3\n    colour: red\n";
    await expect(readLab({ ...source, text })).rejects.toMatchObject({
      code: "bad-lab-file",
      message: expect.stringMatching(/^lab\.yaml:5:5: fleets\[0\]\.colour: found an unknown key; expected/),
    });
  });
});
