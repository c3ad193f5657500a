import { readFile } from "node:fs/promises";
import { type Family, messageOf, minutes, UsageError } from "@understudy/kernel";
import { refused } from "@understudy/kernel/live";
import type { Command } from "commander";
import type { Outcome } from "../../command-line.ts";
import { countOption } from "../ports.ts";
import { addServe, type ServedCloud, type ServedWhat } from "../serve-cloud.ts";

const TIMINGS = ["fast", "realistic", "production"];

const PANORAMA: ServedCloud = {
  command: "panorama",
  family: "panos",
  title: "a Panorama with the firewalls of a scenario",
  ports: { port: 7420 },
  more: { link: undefined },
  options: (serve) =>
    serve
      .option("--config <file>", "scenario file (YAML); default: three firewalls on different releases")
      .option("--db <file>", "SQLite file where everything is kept (default: nothing outlasts the process)")
      .option("--timing <name>", `durations: ${TIMINGS.join(", ")} (default: the scenario's, or fast)`)
      .option("--direct <n>", "so many firewalls have addresses of their own (default: 500)"),
  what: scenarioIn,
};

/** `understudy panorama serve`. */
export const definePanorama = (group: Command, outcome: Outcome): void => addServe(group, PANORAMA, outcome);

/** The lab of a scenario file. Throws `UsageError` before anything is opened. */
async function scenarioIn(family: Family, given: Readonly<Record<string, unknown>>): Promise<ServedWhat> {
  const { BASIC_SCENARIO, placeAt, readScenario } = await import("@understudy/panos");
  const { config, data, database, db, direct } = given;
  if (db !== undefined && data !== undefined)
    throw refused("--db", db, "no --data with it: both say where everything is kept");
  const overrides = {
    ...environment(),
    ...timingOption(given.timing),
    ...(direct !== undefined && { direct: countOption("--direct", direct, 0, 100_000) }),
  };
  const {
    cloud: options,
    devices,
    faults,
  } = typeof config === "string"
    ? readScenario(await textIn(config), config, overrides)
    : readScenario(BASIC_SCENARIO, "the basic scenario", overrides);
  const cloud = family.cloudKind;
  const place = typeof db === "string" ? placeAt(db, database === undefined ? undefined : String(database)) : {};
  return {
    lab: {
      seed: 1,
      duration: minutes(10),
      clouds: [{ name: cloud, family, options }],
      fleets: [{ name: "firewalls", family, cloud, decide: {}, options: {}, count: devices.length, devices }],
      faults,
      timeline: [],
      families: new Map([[family.name, family]]),
    },
    options: place,
  };
}

/** Durations in seconds, as the reference takes them. */
function environment(): Readonly<Record<string, string>> {
  const { DOWNLOAD_DURATION, INSTALL_DURATION, REBOOT_DURATION } = process.env;
  return {
    ...(DOWNLOAD_DURATION !== undefined && { downloadDuration: DOWNLOAD_DURATION }),
    ...(INSTALL_DURATION !== undefined && { installDuration: INSTALL_DURATION }),
    ...(REBOOT_DURATION !== undefined && { rebootDuration: REBOOT_DURATION }),
  };
}

function timingOption(given: unknown): { readonly timing?: string } {
  if (given === undefined) return {};
  if (TIMINGS.includes(String(given))) return { timing: String(given) };
  throw refused("--timing", given, TIMINGS.join(", "));
}

async function textIn(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const message = `The scenario file ${file} cannot be read: ${messageOf(error)}`;
    throw new UsageError("no-scenario", message, { file }, { cause: error });
  }
}
