import { describe, expect, test } from "vitest";
import { readXml } from "../xml/read.ts";
import type { XmlElement } from "../xml/tree.ts";
import { argument, argumentText, commandTree, walkCommand } from "./command.ts";

const table = commandTree<string>([
  ["show.system.info", "info"],
  ["show.jobs.id", "job"],
  ["show.jobs.all", "jobs"],
  ["show.clock", "clock"],
  ["show.clock.more", "more"],
  ["request.system.software.download", "download"],
]);

function parsed(source: string): XmlElement {
  const reading = readXml(source);
  if (!reading.ok) throw new Error(reading.fault.reason);
  return reading.root;
}

const walk = (source: string) => walkCommand(table, parsed(source));

describe("a command is walked", () => {
  test("to its arguments, in any order", () => {
    const source =
      "<request><system><software><download>\n <sync-to-peer>yes</sync-to-peer> <version> 11.1.0 </version></download></software></system></request>";
    const found = walk(source);
    expect(found).toMatchObject({ found: true, entry: "download" });
    expect(
      found.found && [
        argument(found.command, "version"),
        argument(found.command, "sync-to-peer"),
        argument(found.command, "file"),
      ],
    ).toEqual(["11.1.0", "yes", undefined]);
  });

  test("to the text of its last word", () => {
    const found = walk("<show><jobs><id>5</id></jobs></show>");
    expect(found.found && argumentText(found.command)).toBe("5");
  });

  test("to the longest path that is known", () => {
    expect(walk("<show><clock/></show>")).toMatchObject({ entry: "clock" });
    expect(walk("<show><clock><more/></clock></show>")).toMatchObject({ entry: "more" });
  });
});

test.each([
  ["<show><foo/></show>", ["show", "foo"]],
  ["<show/>", ["show"]],
  ["<foo/>", ["foo"]],
  ["<show><jobs><foo/></jobs></show>", ["show", "jobs", "foo"]],
  ["<show><foo><bar/></foo></show>", ["show", "foo"]],
  ["<show><clock/><foo/></show>", ["show", "foo"]],
])("an unknown command %s ends at the word that was not expected", (source, path) => {
  expect(walk(source)).toEqual({ found: false, path });
});
