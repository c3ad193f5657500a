import { type CloudLink, type Endpoint, milliseconds, tcp, UsageError } from "@understudy/kernel";
import { describeWeights } from "../wire/automation.ts";
import { MAX_CONFIG_BYTES, parseConfig } from "../wire/config-file.ts";
import { parseJsonOrNothing } from "../wire/fields.ts";
import { readHubAddress } from "../wire/hub-address.ts";
import { MAX_MOCKER_JSON_BYTES, readMockerJson } from "../wire/mocker-json.ts";
import { isFinal, readProgress } from "../wire/progress.ts";
import { processedOf, readRevisionInfo, runningRevision } from "../wire/revision-info.ts";
import { BusHost, serveBus } from "./bus/bus-host.ts";
import { ControlModel } from "./control/control-model.ts";
import { serveControl } from "./control/control-server.ts";
import { UPLOAD_SUFFIX } from "./control/objects.ts";
import type { Core } from "./core.ts";
import { CHECK_IN_WAKE } from "./hub/check-in.ts";
import { writeFactoryFiles } from "./hub/claim.ts";
import { identityOf } from "./hub/register.ts";
import { noticeStoredInvitation, runInvitation } from "./invitation/run-invitation.ts";
import { CONFIG_FILE, MOCKER_FILE, OBJECTS_FOLDER, progressFile, REVISION_INFO_FILE } from "./layout.ts";
import { DeviceLog } from "./logs/device-log.ts";
import { type InitRequest, scaffoldStorage } from "./scaffold.ts";
import { DEFAULT_INTERVALS, type Intervals } from "./settings.ts";
import { linkCurrent } from "./update/current-links.ts";
import { progressFor } from "./update/plan-update.ts";
import { UPDATE_WAKE } from "./update/run-update.ts";
import { automationOf, questionState, updateQuestion } from "./update/update-question.ts";

/** Reads everything stored, tells what the device is, and sets its first wake-ups. Throws when the storage cannot be used. */
export async function bootDevice(core: Core): Promise<void> {
  if (core.settings.logs) core.log = new DeviceLog();
  core.agenda.logs = DEFAULT_INTERVALS.logs;
  if (core.settings.layout === "documented")
    await scaffoldStorage(core.world.storage, hubOf(core.spec.cloud, core.settings.tls));
  await readConfiguration(core);
  await readMockerFile(core);
  await readRevisions(core);
  core.say(`Pantavisor Mocker Starting... \nRevision: ${core.info.rev}\nTry Revision: ${core.info.try_rev}`);
  sayAutomation(core);
  await linkCurrent(core);
  if (core.info.try_rev === "0") await writeFactoryFiles(core);
  await tellBoot(core);
  await noticeStoredInvitation(core);
  await runInvitation(core);
  if (core.settings.control) await openControl(core);
  if (core.settings.bus) await openBus(core);
  core.world.clock.wake(milliseconds(0), { name: CHECK_IN_WAKE });
  if (core.info.update !== undefined || core.info.untold !== undefined)
    core.world.clock.wake(milliseconds(0), { name: UPDATE_WAKE });
}

function sayAutomation(core: Core): void {
  const automation = automationOf(core);
  if (!automation.enabled) return;
  const own = core.mocker.hasAutomation || typeof core.settings.automation === "object";
  core.say(`[AUTO] Automation mode ENABLED${own ? "" : " (using defaults)"}`);
  core.say(`[AUTO] Invitation weights: ${describeWeights(automation.invitation)}`);
  core.say(`[AUTO] Update weights: ${describeWeights(automation.update)}`);
}

async function openBus(core: Core): Promise<void> {
  const bus = new BusHost(core);
  core.bus = bus;
  await serveBus(core, bus);
}

async function openControl(core: Core): Promise<void> {
  core.control = new ControlModel();
  for (const name of await core.world.storage.list(OBJECTS_FOLDER)) {
    if (name.endsWith(UPLOAD_SUFFIX)) await core.world.storage.remove(`${OBJECTS_FOLDER}/${name}`);
  }
  await serveControl(core, core.control);
}

async function readConfiguration(core: Core): Promise<void> {
  const text = await readBounded(core, CONFIG_FILE, MAX_CONFIG_BYTES);
  const config = parseConfig(text ?? "");
  core.endpoint = endpointOf(core, config);
  core.identity = config.has("PH_CREDS_SECRET") ? identityOf(config.get("PH_CREDS_PRN")) : undefined;
  core.claimed = config.get("PH_IS_CLAIMED") === "1";
  core.intervals = intervalsOf(core, config, text !== undefined);
}

/** What a fresh configuration says of the hub that a device was tied to. */
function hubOf(cloud: CloudLink | undefined, tls: boolean): InitRequest {
  const endpoint = linkedEndpoint(cloud, tls);
  if (endpoint?.address.kind !== "tcp") return {};
  const { host, port } = endpoint.address;
  return { host: `${endpoint.tls === undefined ? "http" : "https"}://${host}`, port: String(port) };
}

const linkedEndpoint = (cloud: CloudLink | undefined, tls: boolean): Endpoint | undefined =>
  tls ? cloud?.endpoints["https"] : (cloud?.endpoints["http"] ?? cloud?.endpoints["https"]);

/** The link's endpoint; without a link the one that the configuration names. */
function endpointOf(core: Core, config: ReadonlyMap<string, string>): Endpoint {
  const linked = linkedEndpoint(core.spec.cloud, core.settings.tls);
  if (linked !== undefined) return linked;
  const hub = readHubAddress(config.get("PH_CREDS_HOST"), config.get("PH_CREDS_PORT"));
  if (!hub.ok) throw new UsageError("bad-config", `${CONFIG_FILE}: ${hub.problem}.`);
  const address = tcp(hub.value.host, hub.value.port);
  return hub.value.tls ? { address, tls: {} } : { address };
}

/** Options win over the file; a file without the keys means the original's 60 s, no file our default. */
function intervalsOf(core: Core, config: ReadonlyMap<string, string>, configured: boolean): Intervals {
  const given = core.settings.intervals;
  if (!configured && Object.keys(given).length === 0) return DEFAULT_INTERVALS;
  const fallback = configured && core.spec.cloud === undefined ? 60_000 : DEFAULT_INTERVALS.deviceMetadata;
  const deviceMetadata = given.deviceMetadata ?? intervalAt(config, "PH_METADATA_DEVMETA_INTERVAL") ?? fallback;
  const intervals: Intervals = {
    deviceMetadata,
    userMetadata: given.userMetadata ?? intervalAt(config, "PH_METADATA_USRMETA_INTERVAL") ?? fallback,
    steps: given.steps ?? intervalAt(config, "PH_UPDATER_INTERVAL") ?? deviceMetadata,
    logs: given.logs ?? DEFAULT_INTERVALS.logs,
  };
  return isDefault(intervals) ? DEFAULT_INTERVALS : intervals;
}

const isDefault = (intervals: Intervals): boolean =>
  intervals.steps === DEFAULT_INTERVALS.steps &&
  intervals.userMetadata === DEFAULT_INTERVALS.userMetadata &&
  intervals.deviceMetadata === DEFAULT_INTERVALS.deviceMetadata &&
  intervals.logs === DEFAULT_INTERVALS.logs;

function intervalAt(config: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = config.get(key);
  return text !== undefined && /^\d{1,7}$/.test(text) && Number(text) > 0 ? Number(text) * 1_000 : undefined;
}

async function readMockerFile(core: Core): Promise<void> {
  const text = await readBounded(core, MOCKER_FILE, MAX_MOCKER_JSON_BYTES);
  if (text === undefined) return;
  const read = readMockerJson(text);
  if (read.ok) core.mocker = read.value;
  else {
    core.say(`Failed to parse mocker.json: ${read.problem}`);
    core.world.log.warn(`Failed to parse mocker.json: ${read.problem}`);
  }
}

async function readRevisions(core: Core): Promise<void> {
  const text = await readBounded(core, REVISION_INFO_FILE, 64 * 1024);
  if (text === undefined) return;
  const read = readRevisionInfo(text, core.now);
  if (!read.ok)
    throw new UsageError("bad-storage", `${read.problem}. Restore the file, or remove it to start from revision 0.`);
  core.info = read.value;
  core.cameUpTrying = core.info.update?.stage === "rebooting";
}

async function readBounded(core: Core, path: string, limit: number): Promise<string | undefined> {
  const stat = await core.world.storage.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind === "file" && stat.size > limit)
    throw new UsageError("too-large", `${path} has ${stat.size} bytes; at most ${limit} are read.`, { path });
  return await core.world.storage.readText(path);
}

async function tellBoot(core: Core): Promise<void> {
  const { info, identity } = core;
  const question = updateQuestion(info.update);
  core.begin({
    phase: core.phase(),
    revision: runningRevision(info),
    claimed: core.claimed,
    online: true,
    ...(identity !== undefined && { prn: identity.prn }),
    ...(core.claimed && { status: await lastStatus(core) }),
    ...(info.update !== undefined && {
      trying: String(info.update.revision),
      progress: progressFor(info.update.stage, info.update).progress,
    }),
    ...(question !== undefined && { question: questionState(question) }),
  });
}

/** The status that the cloud was last told, or is about to be told. */
async function lastStatus(core: Core): Promise<string> {
  const { info } = core;
  if (info.untold !== undefined) return info.untold.progress.status;
  if (info.update !== undefined) return progressFor(info.update.stage, info.update).status;
  const text = await core.world.storage.readText(progressFile(String(processedOf(info))));
  const value = text === undefined ? undefined : parseJsonOrNothing(text)?.value;
  const stored = readProgress(value);
  return stored !== undefined && isFinal(stored.status) ? (value as { readonly status: string }).status : "DONE"; // readProgress found a status
}
