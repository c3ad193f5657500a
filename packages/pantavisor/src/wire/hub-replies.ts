import { bad, good, integerAt, isRecord, member, type Read, recordAt, textAt, type UnknownRecord } from "./fields.ts";
import { type ProgressStatus, parseStatus, readDownloaded } from "./progress.ts";

/** What a device keeps of its registration. */
export interface Registration {
  readonly prn: string;
  readonly secret: string;
  /** The words a user claims the device with; absent when it has an owner already. */
  readonly challenge?: string;
}

/** `POST /devices/`. */
export function readRegistration(value: unknown): Read<Registration> {
  if (!isRecord(value)) return bad("the reply to the registration is not an object");
  const prn = textAt(value, "prn") ?? "";
  const secret = textAt(value, "secret") ?? "";
  if (deviceIdOf(prn) === undefined) return bad("the reply to the registration has no usable prn");
  if (!isOneLine(secret)) return bad("the reply to the registration has no usable secret");
  const challenge = textAt(value, "challenge") ?? "";
  return good(isOneLine(challenge) ? { prn, secret, challenge } : { prn, secret });
}

/** The last path part of a device's PRN; `undefined` when it could not be part of a URL path. */
export function deviceIdOf(prn: string): string | undefined {
  const id = prn.slice(prn.lastIndexOf("/") + 1);
  return /^[A-Za-z0-9_.-]+$/.test(id) && isOneLine(prn) ? id : undefined;
}

/** `POST /auth/login`. */
export function readToken(value: unknown): Read<string> {
  const token = isRecord(value) ? (textAt(value, "token") ?? "") : "";
  return /^[\x21-\x7e]+$/.test(token) ? good(token) : bad("the reply to the login has no token");
}

/** `GET /devices/<id>`: who owns the device, `undefined` while nobody does. */
export function readOwner(
  value: unknown,
): Read<{ readonly owner: string | undefined; readonly challenge: string | undefined }> {
  if (!isRecord(value)) return bad("the device is not an object");
  const owner = textAt(value, "owner") ?? "";
  return good({ owner: owner === "" ? undefined : owner, challenge: textAt(value, "challenge") });
}

/** A step as far as a device looks at it. */
export interface HubStep {
  readonly rev: number;
  readonly status: ProgressStatus | undefined;
  /** The status in the hub's own words. */
  readonly statusText: string;
  readonly commitMessage: string;
  readonly state: UnknownRecord;
  readonly downloaded: number;
}

/** `GET /trails/<id>/steps/<rev>`. Anything that is not a step, an error body for one, reads as bad. */
export function readStep(value: unknown): Read<HubStep> {
  if (!isRecord(value)) return bad("the step is not an object");
  const rev = integerAt(value, "rev");
  const progress = recordAt(value, "progress");
  if (rev === undefined || progress === undefined) return bad("the step has no rev or no progress");
  const statusText = textAt(progress, "status");
  if (statusText === undefined) return bad("the step's progress has no status");
  return good({
    rev,
    status: parseStatus(statusText),
    statusText,
    commitMessage: textAt(value, "commit-msg") ?? "",
    state: recordAt(value, "state") ?? {},
    downloaded: readDownloaded(progress)?.downloaded ?? 0,
  });
}

/** An object of a step, with where its content is. */
export interface HubObject {
  readonly sha256: string;
  readonly name: string;
  readonly size: number;
  /** Absent: the hub has no content for it. */
  readonly url?: string;
}

/** `GET …/steps/<rev>/objects`. Names are not judged here. The same content is listed once, under its first name. */
export function readObjects(value: unknown): Read<readonly HubObject[]> {
  if (!Array.isArray(value)) return bad("the list of objects is not an array");
  const objects = new Map<string, HubObject>();
  for (const [at, entry] of value.entries()) {
    if (!isRecord(entry)) return bad(`object ${at} is not an object`);
    const sha256 = textAt(entry, "id") ?? textAt(entry, "sha256sum");
    const size = sizeOf(entry);
    if (sha256 === undefined || size === undefined) return bad(`object ${at} has no id or no size`);
    const url = textAt(entry, "signed-geturl") ?? "";
    const name = textAt(entry, "objectname") ?? sha256;
    if (!objects.has(sha256)) objects.set(sha256, url === "" ? { sha256, name, size } : { sha256, name, size, url });
  }
  return good([...objects.values()]);
}

function sizeOf(entry: UnknownRecord): number | undefined {
  const text = textAt(entry, "size") ?? "";
  const size = integerAt(entry, "sizeint") ?? (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
  return size !== undefined && size >= 0 ? size : undefined;
}

/** `GET /devices/<id>/user-meta`: the map; anything else, `null` too, is bad. */
export const readMetadata = (value: unknown): Read<UnknownRecord> =>
  isRecord(value) ? good(value) : bad("the user metadata are not an object");

/** `POST /devices/<id>/ownership/validate`: proven, or nothing to be proved; `undefined` for everything else. */
export function readOwnership(value: unknown): "completed" | "not-needed" | undefined {
  const status = isRecord(value) ? member(value, "status") : undefined;
  if (status === "validation_not_needed") return "not-needed";
  return status === "completed" ? status : undefined;
}

const isOneLine = (text: string): boolean => text.length > 0 && text.length <= 1_000 && /^[\x21-\x7e]+$/.test(text);
