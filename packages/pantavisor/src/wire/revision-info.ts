import { DECISIONS, type Decision } from "./automation.ts";
import {
  bad,
  good,
  integerAt,
  isRecord,
  member,
  parseJsonOrNothing,
  type Read,
  recordAt,
  textAt,
  type UnknownRecord,
} from "./fields.ts";
import { type Progress, readProgress } from "./progress.ts";
import { hubRevision, isRevisionName } from "./revision-name.ts";

/** Where a running update stands; each stage begins with its own report to the cloud. */
export type UpdateStage = "queued" | "downloading" | "installing" | "testing" | "rebooting";

const STAGES: readonly UpdateStage[] = ["queued", "downloading", "installing", "testing", "rebooting"];

/** A running update, as it is stored. */
export interface UpdateRecord {
  /** The hub's number of the revision that is being tried. */
  readonly revision: number;
  readonly stage: UpdateStage;
  /** What runs until the test, when that is not the revision to fall back to. */
  readonly from?: string;
  /** When the stage began: milliseconds since 1970. */
  readonly since: number;
  /** The open question of the testing stage. `deadline` in milliseconds since 1970; absent: it waits for somebody. */
  readonly asked?: { readonly id: string; readonly deadline?: number };
  readonly decision?: Decision;
  /** What was downloaded, once it is. */
  readonly download?: { readonly size: number; readonly startSeconds: number; readonly endSeconds: number };
}

/** Something final that the cloud does not know yet. */
export interface Untold {
  readonly revision: number;
  readonly progress: Progress;
}

/** `revision-info.json`: the one file that says which revision a device runs. */
export interface RevisionInfo {
  /** The revision to fall back to. */
  readonly rev: string;
  /** The revision that runs or is being tried. */
  readonly try_rev: string;
  /** The highest revision of the hub that needs nothing more, when that is not `rev`. */
  readonly processed?: number;
  readonly update?: UpdateRecord;
  readonly untold?: Untold;
}

export const FACTORY_REVISION: RevisionInfo = Object.freeze({ rev: "0", try_rev: "0" });

export const renderRevisionInfo = (info: RevisionInfo): string => JSON.stringify(info);

/** The highest revision of the hub that needs nothing more. */
export const processedOf = (info: RevisionInfo): number => info.processed ?? hubRevision(info.rev) ?? 0;

/**
 * The revision that runs. While an update has not reached its test, that is still the old one although `try_rev` names the new.
 */
export function runningRevision(info: RevisionInfo): string {
  const update = info.update;
  if (update === undefined) return info.try_rev;
  return update.stage === "testing" || update.stage === "rebooting" ? info.try_rev : (update.from ?? info.rev);
}

/** Reads the file's text. A file of the original program, which knows the first two members only, is understood. */
export function readRevisionInfo(text: string, now: number): Read<RevisionInfo> {
  const value = parseJsonOrNothing(text)?.value;
  if (!isRecord(value)) return bad("revision-info.json is not a JSON object");
  const rev = textAt(value, "rev");
  const tryRev = textAt(value, "try_rev");
  if (rev === undefined || !isRevisionName(rev)) return bad("revision-info.json has no usable rev");
  if (tryRev === undefined || !isRevisionName(tryRev)) return bad("revision-info.json has no usable try_rev");
  const processed = integerAt(value, "processed");
  const update = readUpdate(recordAt(value, "update")) ?? interrupted(rev, tryRev, value, now);
  const untold = readUntold(recordAt(value, "untold"));
  return good({
    rev,
    try_rev: tryRev,
    ...(processed === undefined ? {} : { processed }),
    ...(update === undefined ? {} : { update }),
    ...(untold === undefined ? {} : { untold }),
  });
}

/** The original marks a running update by a `try_rev` above `rev` alone. Ours says so with `processed`. */
function interrupted(rev: string, tryRev: string, value: UnknownRecord, now: number): UpdateRecord | undefined {
  const [stable, tried] = [hubRevision(rev), hubRevision(tryRev)];
  if (stable === undefined || tried === undefined || tried <= stable || member(value, "processed") !== undefined)
    return undefined;
  return { revision: tried, stage: "queued", since: now };
}

function readUpdate(value: UnknownRecord | undefined): UpdateRecord | undefined {
  if (value === undefined) return undefined;
  const revision = integerAt(value, "revision");
  const stage = STAGES.find((name) => name === textAt(value, "stage"));
  if (revision === undefined || revision < 0 || stage === undefined) return undefined;
  const decision = DECISIONS.find((name) => name === textAt(value, "decision"));
  const asked = readAsked(recordAt(value, "asked"));
  const download = readDownload(recordAt(value, "download"));
  const from = textAt(value, "from");
  return {
    revision,
    stage,
    since: integerAt(value, "since") ?? 0,
    ...(asked === undefined ? {} : { asked }),
    ...(decision === undefined ? {} : { decision }),
    ...(download === undefined ? {} : { download }),
    ...(from !== undefined && isRevisionName(from) && { from }),
  };
}

function readDownload(value: UnknownRecord | undefined): UpdateRecord["download"] {
  if (value === undefined) return undefined;
  const [size, startSeconds, endSeconds] = ["size", "startSeconds", "endSeconds"].map((key) => integerAt(value, key));
  return size === undefined || startSeconds === undefined || endSeconds === undefined
    ? undefined
    : { size, startSeconds, endSeconds };
}

function readAsked(value: UnknownRecord | undefined): UpdateRecord["asked"] {
  const id = value === undefined ? undefined : textAt(value, "id");
  if (value === undefined || id === undefined) return undefined;
  const deadline = integerAt(value, "deadline");
  return deadline === undefined ? { id } : { id, deadline };
}

function readUntold(value: UnknownRecord | undefined): Untold | undefined {
  const revision = value === undefined ? undefined : integerAt(value, "revision");
  const progress = value === undefined ? undefined : recordAt(value, "progress");
  if (revision === undefined || progress === undefined || readProgress(progress) === undefined) return undefined;
  return { revision, progress: progress as unknown as Progress }; // written by us; only shown and sent on
}
