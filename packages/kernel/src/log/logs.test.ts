import { expect, test } from "vitest";
import { UnderstudyError } from "../errors/understudy-error.ts";
import { VIRTUAL_EPOCH } from "../time/units.ts";
import { CollectedLogs } from "./collected-logs.ts";
import { logLevelFrom } from "./log-level.ts";
import { openPinoLogs } from "./pino-logger.ts";
import { silentLogger } from "./silent-logger.ts";

const neverAsked = (): string => {
  throw new Error("The text of a line that is not written must not be put together");
};

test("live logs are JSON lines with source, without secrets, and lazy", async () => {
  const lines: string[] = [];
  const logs = await openPinoLogs({ level: "info", to: { write: (line) => void lines.push(line) } });
  const log = logs("pantahub");
  log.debug(neverAsked);
  log.warn(() => "login refused", {
    user: "user1",
    Password: "x",
    headers: { Authorization: "Bearer y", "X-PAN-KEY": "z" },
  });
  log.error("failed", { error: new UnderstudyError("full", "Disk full") });
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "warn",
    source: "pantahub",
    msg: "login refused",
    user: "user1",
    Password: "[redacted]",
    headers: { Authorization: "[redacted]", "X-PAN-KEY": "[redacted]" },
  });
  expect(JSON.parse(lines[1] ?? "").error).toMatchObject({
    name: "UnderstudyError",
    code: "full",
    message: "Disk full",
  });
});

test("collected logs carry the lab's time and are bounded", () => {
  const logs = new CollectedLogs({ now: () => VIRTUAL_EPOCH, limit: 2 });
  const log = logs.logFor("fw-01");
  log.debug(neverAsked);
  for (const n of [1, 2, 3, 4, 5]) log.info(`line ${n}`, { token: "t", n });
  expect(logs.dropped).toBe(2);
  expect(logs.lines.map((line) => line.text)).toEqual(["line 3", "line 4", "line 5"]);
  expect(logs.lines[0]).toEqual({
    t: VIRTUAL_EPOCH,
    source: "fw-01",
    level: "info",
    text: "line 3",
    data: { token: "[redacted]", n: 3 },
  });
});

test("data that loops or is deep stays a line", () => {
  const logs = new CollectedLogs({ now: () => VIRTUAL_EPOCH });
  const loop: Record<string, unknown> = { bytes: new Uint8Array(3), big: 10n };
  loop.self = loop;
  logs.logFor("x").info("loop", loop);
  expect(JSON.stringify(logs.lines[0])).toContain("[deep]");
});

test("the silent logger never asks for a text", () => {
  silentLogger.error(neverAsked);
});

test("a bad UNDERSTUDY_LOG names what may stand there", () => {
  expect(logLevelFrom({})).toBe("warn");
  expect(logLevelFrom({ UNDERSTUDY_LOG: "debug" })).toBe("debug");
  expect(() => logLevelFrom({ UNDERSTUDY_LOG: "loud" })).toThrow(
    'UNDERSTUDY_LOG is "loud"; it may be debug, info, warn, error, silent.',
  );
});
