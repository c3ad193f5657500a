import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ToolResult } from "../tools/run-tool.ts";
import { FLOORS } from "./checks.ts";
import { type PlantedHouse, plantHouse } from "./planted-house.ts";

const face = "export const face = 1;\n";
const importing = (name: string): string => `import { face } from "${name}";\nexport const used = face;\n`;

test("a house in order passes, and its files were really looked at", async () => {
  await using house = await plantHouse({
    "packages/kernel/src/index.ts": face,
    "packages/edge/src/wire/message.ts": importing("@understudy/kernel"),
    "packages/edge/src/device/device.ts": importing("../wire/message.ts").replace("{ face }", "{ used as face }"),
    "packages/edge/src/live/docker.ts": 'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
    "packages/edge/src/site/site.ts": importing("../live/docker.ts").replace("{ face }", "{ read as face }"),
  });
  const { ok, output } = await house.check(FLOORS);
  expect(output).toMatch(/no dependency violations found \([0-9]+ modules, 4 dependencies/);
  expect(ok).toBe(true);
});

describe("a violation of the floors and rooms fails the check", () => {
  const violations: readonly (readonly [rule: string, path: string, text: string])[] = [
    ["floor-kernel", "packages/kernel/src/up.ts", importing("@understudy/edge")],
    ["floor-families", "packages/edge/src/up.ts", importing("@understudy/fleet")],
    ["floor-fleet", "packages/fleet/src/up.ts", importing("understudy")],
    ["families-never-meet", "packages/edge/src/across.ts", importing("@understudy/panos")],
    ["room-wire", "packages/edge/src/wire/to-device.ts", importing("../device/inside.ts")],
    ["room-device", "packages/edge/src/device/to-cloud.ts", importing("../cloud/inside.ts")],
    ["room-cloud", "packages/edge/src/cloud/to-device.ts", importing("../device/inside.ts")],
    ["room-live", "packages/edge/src/live/to-site.ts", importing("../site/inside.ts")],
    ["live-only-from-site", "packages/edge/src/to-live.ts", importing("./live/inside.ts")],
    ["only-the-face", "packages/edge/src/deep.ts", importing("../../kernel/src/inside.ts")],
    ["only-the-face-outside", "examples/deep.ts", importing("../packages/kernel/src/inside.ts")],
    ["testing-only-from-tests", "packages/edge/src/to-testing.ts", importing("@understudy/kernel/testing")],
    ["no-cycles", "packages/edge/src/about.ts", importing("./round.ts")],
    ["the-world-is-given", "packages/edge/src/device/files.ts", 'import "node:fs/promises";\n'],
    ["the-world-is-given", "packages/edge/src/device/sockets.ts", 'import "net";\n'],
    ["the-world-is-given", "packages/edge/src/device/timers.ts", 'import "node:timers/promises";\n'],
    ["the-world-is-given", "packages/fleet/src/threads.ts", 'import "node:worker_threads";\n'],
    ["the-world-is-given", "packages/edge/src/cloud/client.ts", 'import "undici";\n'],
    [
      "no-hidden-chance",
      "packages/edge/src/cloud/lazy.ts",
      'export const lazy = (): unknown => import("node:crypto");\n',
    ],
    ["resolvable", "packages/edge/src/unresolved.ts", importing("@understudy/kernel/src/inside.ts")],
  ];
  let house: PlantedHouse;
  let result: ToolResult;

  beforeAll(async () => {
    const faces = [
      "kernel/src/index",
      "kernel/src/inside",
      "kernel/src/testing/index",
      "panos/src/index",
      "fleet/src/index",
    ];
    const rooms = ["edge/src/index", "edge/src/device/inside", "edge/src/cloud/inside", "edge/src/live/inside"];
    const innocent = [...faces, ...rooms, "edge/src/site/inside", "cli/src/index"];
    house = await plantHouse({
      ...Object.fromEntries(innocent.map((path) => [`packages/${path}.ts`, face])),
      "packages/edge/src/round.ts": importing("./about.ts")
        .replace(/used/g, "face")
        .replace("{ face }", "{ used }")
        .replace("= face", "= used"),
      ...Object.fromEntries(violations.map(([, path, text]) => [path, text])),
    });
    result = await house.check(FLOORS);
  });
  afterAll(() => house[Symbol.asyncDispose]());

  test("by its exit code", () => expect(result.ok).toBe(false));
  test.each(violations)("%s: %s", (rule, path) => expect(result.output).toContain(`error ${rule}: ${path} → `));
});
