import { type FaultRuleBody, LabApiError, LabClient } from "@understudy/fleet/api";
import { UnderstudyError, UsageError } from "@understudy/kernel";
import type { Command } from "commander";
import { describeEvent } from "../text/describe-event.ts";
import { countOption, shareOption } from "./ports.ts";

interface LabOptions {
  readonly lab: string;
  readonly token?: string;
  readonly json?: boolean;
}

const DEFAULT_LAB = "http://127.0.0.1:7400";

/** `understudy status` */
export const defineStatus = (command: Command): void =>
  void withLabOptions(command, "status").action((options: LabOptions) =>
    withLab(options, async (lab) => {
      const health = await lab.health();
      const words = `${health.lab.name}: ${health.status}, ${health.lab.devices} devices, ${health.lab.events} events`;
      return { value: health, text: words };
    }),
  );

/** `understudy devices` */
export const defineDevices = (command: Command): void =>
  void withLabOptions(command, "devices --json").action((options: LabOptions) =>
    withLab(options, async (lab) => {
      const devices = await Array.fromAsync(lab.allDevices());
      const lines = devices.map(({ id, family, phase, question }) =>
        [id, family, phase, ...(question === undefined ? [] : [`asks: ${question.id}`])].join("\t"),
      );
      return { value: devices, text: lines.join("\n") };
    }),
  );

/** `understudy answer` */
export const defineAnswer = (command: Command): void =>
  void withLabOptions(command, "answer dev-1 updated")
    .argument("<device>", "the device's id")
    .argument("<choice>", "one of the question's choices")
    .action((device: string, choice: string, options: LabOptions) =>
      withLab(options, async (lab) => {
        const { question } = await lab.device(device);
        if (question === undefined)
          throw new UsageError("no-question", `${device} asks nothing at the moment.`, { device });
        const after = await lab.answer(device, question.id, choice);
        return { value: after, text: `${device}: ${question.kind} answered with ${choice}` };
      }),
    );

/** `understudy power-cut` */
export const definePowerCut = (command: Command): void => switchPower(command, "power-cut dev-1", "cut", "power cut");

/** `understudy power-on` */
export const definePowerOn = (command: Command): void => switchPower(command, "power-on dev-1", "on", "on");

/** `understudy force` */
export const defineForce = (command: Command): void =>
  void withLabOptions(command, "force 001234567890 phase=maintenance")
    .argument("<device>", "the device's id")
    .argument("<wanted...>", "what it is to be, as key=value; GET /families of the lab tells the keys")
    .action((device: string, wanted: readonly string[], options: LabOptions) =>
      withLab(options, async (lab) => {
        const after = await lab.force(device, Object.fromEntries(wanted.map(keyAndValue)));
        return { value: after, text: `${device}: ${after.phase}` };
      }),
    );

/** Numbers, true and false count as such; all else is text. */
function keyAndValue(argument: string): readonly [string, string | number | boolean] {
  const at = argument.indexOf("=");
  if (at < 1) throw new UsageError("bad-argument", `${argument}: accepted is key=value, such as phase=maintenance.`);
  const value = argument.slice(at + 1);
  const plain = value === "true" ? true : value === "false" ? false : value;
  return [argument.slice(0, at), /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : plain];
}

/** `understudy advance` */
export const defineAdvance = (command: Command): void =>
  void withLabOptions(command, "advance 2h")
    .argument("<duration>", "by how much, such as 90s, 10m, 2h or 1d")
    .action((duration: string, options: LabOptions) =>
      withLab(options, async (lab) => {
        const after = await lab.advance(duration);
        return { value: after, text: `it is ${after.time} in the lab` };
      }),
    );

interface FaultOptions extends LabOptions {
  readonly family?: string;
  readonly device?: string;
  readonly rate?: string;
  readonly nth?: string;
  readonly times?: string;
  readonly error?: string;
  readonly delayMs?: string;
}

/** `understudy fault` */
export const defineFault = (command: Command): void =>
  void withLabOptions(command, 'fault download --device dev-1 --times 1 --error "connection reset"')
    .argument("<operation>", "what fails from now on: one of the family's operations, or a glob")
    .option("--family <name>", "only devices of this family")
    .option("--device <id>", "only this device, or those a glob matches")
    .option("--rate <p>", "probability per attempt, 0 to 1 (default: 1)")
    .option("--nth <n>", "from the nth attempt of a device on; without --times, exactly then")
    .option("--times <n>", "at most so often per device")
    .option("--error <text>", "what goes wrong")
    .option("--delay-ms <n>", "it takes so much longer; alone, it does not fail")
    .action((operation: string, options: FaultOptions) =>
      withLab(options, async (lab) => {
        const { faults } = await lab.addFault(faultRule(operation, options));
        return { value: faults, text: `${faults.length} fault rules; the new one is the last` };
      }),
    );

function faultRule(operation: string, given: FaultOptions): FaultRuleBody {
  const { family, device, error, rate, nth, times, delayMs } = given;
  return {
    operation,
    ...(family === undefined ? {} : { family }),
    ...(device === undefined ? {} : { device }),
    ...(error === undefined ? {} : { error }),
    ...(rate === undefined ? {} : { rate: shareOption("--rate", rate) }),
    ...(nth === undefined ? {} : { nth: countOption("--nth", nth, 1, 999_999_999) }),
    ...(times === undefined ? {} : { times: countOption("--times", times, 1, 999_999_999) }),
    ...(delayMs === undefined ? {} : { delayMs: countOption("--delay-ms", delayMs, 0, 999_999_999) }),
  };
}

interface WatchOptions extends LabOptions {
  readonly since?: string;
}

/** `understudy watch` */
export const defineWatch = (command: Command): void =>
  void withLabOptions(command, "watch --since 0 --json")
    .option("--since <n>", "begin behind that event number, 0 for all that are kept (default: with the next event)")
    .action((options: WatchOptions) => reachLab(options, (lab) => watch(lab, options)));

function withLabOptions(command: Command, example: string): Command {
  return command
    .option("--lab <url>", "the lab's API", process.env.UNDERSTUDY_LAB ?? DEFAULT_LAB)
    .option("--token <text>", "its token", process.env.UNDERSTUDY_TOKEN)
    .option("--json", "print JSON")
    .addHelpText("after", `\nExample:\n  understudy ${example}`);
}

function switchPower(command: Command, example: string, to: "cut" | "on", words: string): void {
  withLabOptions(command, example)
    .argument("<device...>", "ids of devices")
    .action((devices: readonly string[], options: LabOptions) =>
      withLab(options, async (lab) => {
        for (const device of devices) await lab.power(device, to);
        return { value: devices, text: `${devices.join(", ")}: ${words}` };
      }),
    );
}

async function watch(lab: LabClient, { json, since }: WatchOptions): Promise<void> {
  const query = since === undefined ? {} : { since: countOption("--since", since, 0, 999_999_999) };
  for await (const item of lab.events(query)) {
    if (item.kind === "gap") process.stderr.write("Some events were missed; the lab no longer keeps them.\n");
    else if (json === true) process.stdout.write(`${JSON.stringify(item.event)}\n`);
    else process.stdout.write(lineOf(describeEvent(item.event)));
  }
}

const lineOf = (text: string | undefined): string => (text === undefined ? "" : `${text}\n`);

async function withLab(
  options: LabOptions,
  work: (lab: LabClient) => Promise<{ readonly value: unknown; readonly text: string }>,
): Promise<void> {
  await reachLab(options, async (lab) => {
    const { value, text } = await work(lab);
    process.stdout.write(options.json === true ? `${JSON.stringify(value)}\n` : lineOf(text === "" ? undefined : text));
  });
}

/** Errors of the lab, and a lab that is not there, are told in one line. */
async function reachLab(
  options: LabOptions,
  work: (lab: LabClient, options: LabOptions) => Promise<void>,
): Promise<void> {
  const { lab: url, token } = options;
  try {
    await work(new LabClient({ url, ...(token === undefined ? {} : { token }) }), options);
  } catch (error) {
    if (error instanceof LabApiError)
      throw new UnderstudyError(error.details.error, error.message, { status: error.status });
    if (error instanceof TypeError)
      throw new UnderstudyError(
        "no-lab",
        `No lab answers at ${url}; start one with \`understudy up\`, or name it with --lab.`,
        { url },
        { cause: error },
      );
    throw error;
  }
}
