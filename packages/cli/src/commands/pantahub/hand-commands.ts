import type { PantahubUser } from "@understudy/pantavisor";
import type { Command } from "commander";
import { idIn } from "./device-name.ts";
import { addHubOptions, type HubOptions, type Told, withHub } from "./hub-client.ts";
import { showLogs } from "./hub-logs.ts";
import { type PublishOptions, publish } from "./publish.ts";

const EXAMPLE_DEVICE = "DEVICE";

/** The few things a person does by hand with a Pantahub, over its public API. Devices are named by id, PRN or nick. */
export function addHandCommands(group: Command): void {
  addPublish(group);
  addInvite(group);
  const devices = command(group, "devices", "your devices, with the state of their newest revision", "devices --json");
  devices.action((options: HubOptions) => withHub(options, listDevices));
  addLogs(group);
  addToken(group);
  const claim = command(
    group,
    "claim",
    "make a device yours by the challenge it shows",
    `claim ${EXAMPLE_DEVICE} WORDS`,
  );
  claim
    .argument("<device>", "the device's id")
    .argument("<challenge>", "the words it shows")
    .action((device: string, challenge: string, options: HubOptions) =>
      withHub(options, async (user) => {
        const value = await user.claim(idIn(device), challenge);
        return { value, text: `${value.id} (${value.nick}) is yours` };
      }),
    );
  addSet(group);
}

/** A subcommand with the options of all of them. */
function command(group: Command, words: string, text: string, example: string): Command {
  const made = addHubOptions(group.command(words).description(text));
  return made.addHelpText("after", `\nExample:\n  understudy pantahub ${example}`);
}

function addPublish(group: Command): void {
  command(
    group,
    "publish",
    "post a folder, or a state in a JSON file, as the next revision of devices",
    `publish ./revision ${EXAMPLE_DEVICE} --wait`,
  )
    .argument("<source>", "folder whose files are the revision, or a .json file with its state")
    .argument("<device...>", "devices")
    .option("-m, --message <text>", "commit message")
    .option(
      "--wait [seconds]",
      "wait until the revision has ended; exit code 1 when it has not ended well (default: 300)",
    )
    .action((source: string, devices: readonly string[], options: HubOptions & PublishOptions) =>
      withHub(options, (user) => publish(user, source, devices, options)),
    );
}

interface InviteOptions extends HubOptions {
  readonly deployment: string;
  readonly release: string;
  readonly vendorRelease?: string;
  readonly earliest?: string;
  readonly latest?: string;
  readonly mandatory?: boolean;
}

function addInvite(group: Command): void {
  const text = "ask devices, by the fleet update protocol, whether they want an update";
  command(group, "invite", text, `invite ${EXAMPLE_DEVICE} --deployment d1 --release 2.0`)
    .argument("<device...>", "devices")
    .requiredOption("--deployment <id>", "the deployment")
    .requiredOption("--release <id>", "the release")
    .option("--vendor-release <id>", "the vendor's name of it")
    .option("--earliest <time>", "not before, as 2026-12-01T00:00:00Z")
    .option("--latest <time>", "not after")
    .option("--mandatory", "accepted without a question")
    .action((devices: readonly string[], options: InviteOptions) =>
      withHub(options, (user) => invite(user, devices, options)),
    );
}

async function invite(user: PantahubUser, devices: readonly string[], options: InviteOptions): Promise<Told> {
  const { deployment, release, vendorRelease, earliest, latest, mandatory } = options;
  const invitation = {
    deployment,
    release,
    ...(vendorRelease !== undefined && { vendorRelease }),
    ...(earliest !== undefined && { earliestUpdate: earliest }),
    ...(latest !== undefined && { latestUpdate: latest }),
    ...(mandatory === true && { mandatory }),
  };
  const ids: string[] = [];
  for (const name of devices) {
    const { id } = await user.device(idIn(name));
    await user.invite(id, invitation);
    ids.push(id);
  }
  return { value: ids, text: ids.map((id) => `${id}: invited to ${deployment}`).join("\n") };
}

async function listDevices(user: PantahubUser): Promise<Told> {
  const [devices, summaries] = [await user.devices(), await user.summaries()];
  const rows = devices.map(({ id, nick, owner }) => {
    const found = summaries.find((summary) => summary.deviceid === id);
    return { id, nick, owner, revision: found?.revision ?? null, status: found?.status ?? null };
  });
  const text = rows.map(({ id, nick, revision, status }) => [id, nick, revision ?? "-", status ?? "-"].join("\t"));
  return { value: rows, text: text.join("\n") };
}

function addLogs(group: Command): void {
  command(group, "logs", "what devices have logged, oldest first", `logs ${EXAMPLE_DEVICE} --follow`)
    .argument("[device]", "device; default: all of yours")
    .option("-n, --lines <n>", "so many of the newest", "50")
    .option("--source <name>", "only of this source, such as /pantavisor.log")
    .option("--level <name>", "only of this level, such as INFO")
    .option("-f, --follow", "go on until stopped")
    .action(showLogs);
}

interface TokenOptions extends HubOptions {
  readonly nick?: string;
  readonly meta?: readonly string[];
}

function addToken(group: Command): void {
  command(group, "token", "make an autotoken, with which devices register as yours", "token --meta site=lab-1")
    .option("--nick <name>", "its name")
    .option("--meta <key=value>", "user metadata of the devices (repeatable)", gathered)
    .action((options: TokenOptions) =>
      withHub(options, async (user) => {
        const { nick, meta } = options;
        const userMeta = meta === undefined ? undefined : pairs(meta);
        const value = await user.createJoinToken({
          ...(nick !== undefined && { nick }),
          ...(userMeta !== undefined && { userMeta }),
        });
        return { value, text: value.token ?? "" };
      }),
    );
}

function addSet(group: Command): void {
  command(
    group,
    "set",
    "set user metadata of a device; a key without a value is taken away",
    `set ${EXAMPLE_DEVICE} site=lab-1`,
  )
    .argument("<device>", "device")
    .argument("<key=value...>", "what to set")
    .action((device: string, given: readonly string[], options: HubOptions) =>
      withHub(options, async (user) => {
        const { id } = await user.device(idIn(device));
        await user.setUserMeta(id, pairs(given));
        return { value: { id }, text: `${id}: set ${Object.keys(pairs(given)).join(", ")}` };
      }),
    );
}

const gathered = (one: string, before: readonly string[] = []): readonly string[] => [...before, one];

const pairs = (given: readonly string[]): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    given.map((pair) => {
      const [key = "", ...rest] = pair.split("=");
      return [key, rest.length === 0 ? null : rest.join("=")];
    }),
  );
