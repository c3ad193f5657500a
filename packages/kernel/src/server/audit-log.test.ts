import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CollectedLogs } from "../log/collected-logs.ts";
import { bytes, VIRTUAL_EPOCH } from "../time/units.ts";
import { AuditLog } from "./audit-log.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const now = () => VIRTUAL_EPOCH;
const logs = new CollectedLogs({ now });
const log = logs.logFor("audit");
const aDeletion = (target: string) => ({ who: "user1", action: "device.delete", target, result: "done" });

test("changes are lines in a file that is only added to, and stay in memory", async () => {
  await using first = new AuditLog({ now, log, folder });
  first.for("pantahub").record({ ...aDeletion("d1"), details: { token: "x", n: 1 } });
  await first.flush();
  await using second = new AuditLog({ now, log, folder });
  second.for("panorama").record(aDeletion("d2"));
  await second.flush();
  const lines = (await readFile(join(folder, "audit.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    {
      t: "2026-01-01T00:00:00.000Z",
      server: "pantahub",
      who: "user1",
      action: "device.delete",
      target: "d1",
      result: "done",
      details: { token: "[redacted]", n: 1 },
    },
    { t: "2026-01-01T00:00:00.000Z", server: "panorama", ...aDeletion("d2") },
  ]);
  expect(second.entries).toEqual([{ t: VIRTUAL_EPOCH, server: "panorama", ...aDeletion("d2") }]);
});

test("the file is rotated and the oldest one goes", async () => {
  await using audit = new AuditLog({ now, log, folder, maxFileBytes: bytes(10), maxFiles: 2, remembered: 2 });
  for (const target of ["d1", "d2", "d3", "d4"]) {
    audit.for("pantahub").record(aDeletion(target));
    await audit.flush();
  }
  expect((await readdir(folder)).sort()).toEqual(["audit.1.jsonl", "audit.2.jsonl", "audit.jsonl"]);
  expect(await readFile(join(folder, "audit.2.jsonl"), "utf8")).toContain('"d2"');
  expect(audit.entries.map((entry) => entry.target)).toEqual(["d3", "d4"]);
});

test("a folder that cannot be written loses entries, says so once and disturbs nobody", async () => {
  await writeFile(join(folder, "file"), "");
  await using audit = new AuditLog({ now, log, folder: join(folder, "file") });
  audit.for("pantahub").record(aDeletion("d1"));
  await audit.flush();
  audit.for("pantahub").record(aDeletion("d2"));
  await audit.flush();
  expect(audit.lost).toBe(2);
  expect(audit.entries).toHaveLength(2);
  expect(logs.lines.filter((line) => line.text.startsWith("The audit log cannot be written"))).toHaveLength(1);
});

test("large details are told by their length", async () => {
  await using audit = new AuditLog({ now, log });
  audit.for("pantahub").record({ ...aDeletion("d1"), details: { state: "x".repeat(5_000) } });
  expect(audit.entries[0]?.details).toBe("5012 characters");
});
