import { type HttpReply, type ReceivedRequest, toIso } from "@understudy/kernel";
import { renderSteps, type StepLine } from "../../wire/control/control-json.ts";
import { done, failure, jsonText } from "../../wire/control/control-reply.ts";
import { FACTORY_STATE } from "../../wire/factory-state.ts";
import { parseJsonOrNothing } from "../../wire/fields.ts";
import { FACTORY_PROGRESS } from "../../wire/progress.ts";
import { runningRevision } from "../../wire/revision-info.ts";
import { isRevisionName, isUploadName } from "../../wire/revision-name.ts";
import { readState } from "../../wire/state/read-state.ts";
import type { Core } from "../core.ts";
import { commitMessageFile, progressFile, stateFile } from "../layout.ts";
import { removeRevision, revisionNames } from "../storage/kept-files.ts";
import { uploadFailure } from "./objects.ts";
import { asText, smallBody } from "./request-body.ts";

const MISSING = failure(404, "Resource does not exist");
const COMMIT_MESSAGE_LIMIT = 256;
const LONGEST_SHOWN = 512;
/** States above this are refused: no device has one. */
const STATE_LIMIT = 16 * 1024 * 1024;
const READY_TO_RUN = '{"status":"NEW","status-msg":"Update ready to be run","progress":0,"retries":0}';

/** `current` stands for the running revision. */
const named = (core: Core, name: string): string => (name === "current" ? runningRevision(core.info) : name);

/** `GET /steps`. `strict` leaves out what the original cannot read. */
export async function listSteps(core: Core, strict: boolean): Promise<HttpReply> {
  const lines: StepLine[] = [];
  for (const name of await revisionNames(core))
    lines.push(await stepLine(core, name, strict ? LONGEST_SHOWN : Number.POSITIVE_INFINITY));
  return jsonText(renderSteps(lines));
}

async function stepLine(core: Core, name: string, longest: number): Promise<StepLine> {
  const { storage } = core.world;
  const modified = (await storage.stat(stateFile(name)))?.modified ?? core.bootedAt;
  const message = (await storage.readText(commitMessageFile(name))) ?? "";
  const progress = (await progressText(core, name)) ?? "";
  return {
    name,
    date: `${toIso(modified).slice(0, 19)}Z`,
    commitMessage: message.length > LONGEST_SHOWN ? "" : message,
    progress: progress === "" || progress.length > longest ? "{}" : progress,
  };
}

const progressText = async (core: Core, name: string): Promise<string | undefined> =>
  (await core.world.storage.readText(progressFile(name))) ?? (name === "0" ? FACTORY_PROGRESS : undefined);

/** `GET /steps/<rev>`. */
export async function getStep(core: Core, name: string): Promise<HttpReply> {
  const revision = named(core, name);
  if (!isRevisionName(revision)) return MISSING;
  const text =
    (await core.world.storage.readText(stateFile(revision))) ??
    (revision === "0" ? JSON.stringify(FACTORY_STATE) : undefined);
  return text === undefined ? MISSING : jsonText(text);
}

/** `GET /steps/<rev>/progress`. */
export async function getProgress(core: Core, name: string): Promise<HttpReply> {
  const revision = named(core, name);
  const text = isRevisionName(revision) ? await progressText(core, revision) : undefined;
  return text === undefined ? MISSING : jsonText(text);
}

/** `PUT /steps/locals/<name>`: the state is checked before anything of it is stored. */
export async function putStep(core: Core, name: string, request: ReceivedRequest, strict: boolean): Promise<HttpReply> {
  if (!isUploadName(name)) return failure(400, "Request has bas step name");
  const bytes = await smallBody(request.body, STATE_LIMIT);
  if (bytes === undefined) return failure(507, "Not enough disk space available");
  if (!strict && (name === runningRevision(core.info) || name === core.info.try_rev))
    return failure(409, "Revision is in use");
  const text = asText(bytes);
  const read = readState(parseJsonOrNothing(text)?.value);
  if (!read.ok) {
    if (strict) await removeRevision(core, name);
    return failure(422, "Parser: State JSON has bad format");
  }
  try {
    await core.world.storage.write(stateFile(name), bytes);
    await core.world.storage.write(progressFile(name), READY_TO_RUN);
    await core.world.storage.sync();
    return done;
  } catch (error) {
    return uploadFailure(core, error);
  }
}

/** `PUT /steps/<rev>/commitmsg`. */
export async function putCommitMessage(
  core: Core,
  name: string,
  request: ReceivedRequest,
  strict: boolean,
): Promise<HttpReply> {
  const revision = named(core, name);
  const bytes = await smallBody(request.body, COMMIT_MESSAGE_LIMIT);
  if (bytes === undefined) return failure(507, "Not enough disk space available");
  if (bytes.byteLength === 0) return failure(400, "No commit message");
  if (!isRevisionName(revision)) return MISSING;
  const known = revision === "0" || (await core.world.storage.stat(stateFile(revision))) !== undefined;
  if (!known && !strict) return MISSING;
  await core.world.storage.write(commitMessageFile(revision), bytes);
  await core.world.storage.sync();
  return done;
}
