import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aDatabase } from "../testing/databases.ts";
import { parseRecording, replay, type Stage, type Values } from "../testing/replay.ts";
import { type PantahubServer, startPantahub } from "./start-pantahub.ts";

const recording = (name: string): string => readFileSync(new URL(`./recordings/${name}.txt`, import.meta.url), "utf8");
const RECORDINGS = ["c-device", "mocker", "pvr"];

for (const kind of ["memory", "sqlite", "postgresql"] as const) {
  const database = aDatabase(kind);
  describe.skipIf(database.skip)(`with ${kind}`, () => {
    beforeAll(() => database.start());
    afterAll(() => database.stop());

    test.each(RECORDINGS.flatMap((name) => [[name, "http"] as const, [name, "https"] as const]))(
      "%s over %s",
      async (name, scheme) => {
        await using server = await startPantahub({ tlsPort: 0, names: ["hub.test"], ...database.fresh() });
        await replay(recording(name), stageOf(server, scheme), values(server, scheme));
      },
    );
  });
}

test("each recording is read whole", () => {
  expect(RECORDINGS.map((name) => parseRecording(recording(name)).length)).toEqual([25, 23, 37]);
});

function stageOf(server: PantahubServer, scheme: "http" | "https"): Stage {
  const port = Number(new URL(urlOf(server, scheme)).port);
  return { host: "127.0.0.1", port, ...(scheme === "https" && { ca: server.ca ?? "" }) };
}

function values(server: PantahubServer, scheme: "http" | "https"): Values {
  const port = new URL(urlOf(server, scheme)).port;
  return new Map([
    ["scheme", scheme],
    ["port", port],
    ["hello", "hello\n"],
    ["newline", "\n"],
  ]);
}

const urlOf = (server: PantahubServer, scheme: "http" | "https"): string =>
  scheme === "https" ? (server.tlsUrl ?? "") : server.url;
