import { Command } from "commander";
import { type CommandDefinition, runCommandLine } from "./command-line.ts";
import { version } from "./version.ts";

/** One command of `understudy`: what the overview says of it, and what is loaded only when it is called. */
interface ListedCommand {
  readonly name: string;
  readonly text: string;
  load(): Promise<CommandDefinition>;
}

const COMMANDS: readonly ListedCommand[] = [
  {
    name: "quick-start",
    text: "a Pantahub, and a device that takes an update from it",
    load: async () => (await import("./commands/quick-start.ts")).defineQuickStart,
  },
  {
    name: "up",
    text: "run a lab that any client can join, with its API, until it is stopped",
    load: async () => (await import("./commands/up.ts")).defineUp,
  },
  {
    name: "simulate",
    text: "run a lab in virtual time; exit code 1 when cloud and devices do not agree in the end",
    load: async () => (await import("./commands/simulate.ts")).defineSimulate,
  },
  {
    name: "pantavisor",
    text: "a Pantavisor device on this machine",
    load: async () => (await import("./commands/pantavisor/pantavisor-commands.ts")).definePantavisor,
  },
  {
    name: "pantahub",
    text: "a Pantahub, alone, and what a person does with one by hand",
    load: async () => (await import("./commands/pantahub/pantahub-commands.ts")).definePantahub,
  },
  {
    name: "panorama",
    text: "a Panorama with the firewalls of a scenario",
    load: async () => (await import("./commands/panorama/panorama-commands.ts")).definePanorama,
  },
  {
    name: "edge-cloud",
    text: "an edge cloud with its MQTT broker, alone",
    load: async () => (await import("./commands/edge-cloud.ts")).defineEdgeCloud,
  },
  {
    name: "status",
    text: "how a running lab is",
    load: async () => (await import("./commands/lab-commands.ts")).defineStatus,
  },
  {
    name: "devices",
    text: "the devices of a running lab",
    load: async () => (await import("./commands/lab-commands.ts")).defineDevices,
  },
  {
    name: "answer",
    text: "answer a device's question",
    load: async () => (await import("./commands/lab-commands.ts")).defineAnswer,
  },
  {
    name: "power-cut",
    text: "cut the power of devices",
    load: async () => (await import("./commands/lab-commands.ts")).definePowerCut,
  },
  {
    name: "power-on",
    text: "switch devices on",
    load: async () => (await import("./commands/lab-commands.ts")).definePowerOn,
  },
  {
    name: "fault",
    text: "make an operation of devices fail, or take longer, from now on",
    load: async () => (await import("./commands/lab-commands.ts")).defineFault,
  },
  {
    name: "force",
    text: "make a device what you want it to be, whatever the protocol says",
    load: async () => (await import("./commands/lab-commands.ts")).defineForce,
  },
  {
    name: "advance",
    text: "put a running lab's time forward",
    load: async () => (await import("./commands/lab-commands.ts")).defineAdvance,
  },
  {
    name: "watch",
    text: "the events of a running lab as they happen, until it ends",
    load: async () => (await import("./commands/lab-commands.ts")).defineWatch,
  },
];

/** Runs the `understudy` command line and gives its exit code; every failure is one line on stderr. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const wanted = args[0] === "help" ? args[1] : args[0];
  const define = await COMMANDS.find(({ name }) => name === wanted)?.load();
  return runCommandLine(
    understudy(),
    (program, outcome) => {
      for (const { name, text } of COMMANDS) {
        const command = program.command(name).description(text);
        if (name === wanted) define?.(command, outcome);
      }
    },
    args,
  );
}

function understudy(): Command {
  return new Command("understudy")
    .description("Stand-in devices, and the clouds they talk to.")
    .version(version, "-V, --version", "print the version")
    .showHelpAfterError("(understudy --help shows what there is)")
    .addHelpText(
      "after",
      "\nExample:\n  understudy quick-start        a device updating itself from an embedded cloud\n  understudy up lab.yaml        a lab of your own",
    );
}
