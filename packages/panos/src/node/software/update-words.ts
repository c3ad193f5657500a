import { days, instant, later } from "@understudy/kernel";
import { argument, type Command } from "../../wire/api/command.ts";
import type { ContentEntry } from "../../wire/messages/content.ts";
import { dateTime } from "../../wire/time.ts";
import { descend } from "../../wire/xml/tree.ts";
import type { JobType, UpdateKind } from "../jobs/job.ts";

/** How a kind of update is called on the wire. */
export interface UpdateWords {
  readonly kind: UpdateKind;
  /** Word of the command, such as `anti-virus`. */
  readonly word: string;
  readonly file: string;
  readonly features: string;
  readonly installJob: JobType;
  readonly installText: string;
}

export const UPDATES: readonly UpdateWords[] = [
  {
    kind: "content",
    word: "content",
    file: "panupv2-all-contents",
    features: "Apps, Threats",
    installJob: "Content",
    installText: "Content install",
  },
  {
    kind: "anti-virus",
    word: "anti-virus",
    file: "panup-all-antivirus",
    features: "AntiVirus",
    installJob: "AntiVirus",
    installText: "Anti-virus install",
  },
  {
    kind: "wildfire",
    word: "wildfire",
    file: "panupv2-all-wildfire",
    features: "WildFire",
    installJob: "WildFire-Content",
    installText: "WildFire install",
  },
];

/** How an update stands where it is listed. */
export type UpdateStanding = Pick<ContentEntry, "downloaded" | "current" | "previous" | "installing">;

/** Updates as they are listed, oldest first. */
export const listedUpdates = (
  words: UpdateWords,
  versions: readonly string[],
  standing: (version: string) => UpdateStanding,
): readonly ContentEntry[] =>
  versions.map((version, at) => ({
    version,
    fileName: `${words.file}-${version}`,
    sizeMib: 60 + at,
    releasedOn: releasedOn(version),
    features: words.features,
    ...standing(version),
  }));

/** Numbers of updates that came out on days that are known, with how many days there are between two numbers. */
const ORIGINS = [
  { from: 0, day: instant(1_735_689_600_000), every: 1 },
  { from: 8000, day: instant(1_514_764_800_000), every: 3.4 },
  { from: 100_000, day: instant(1_735_689_600_000), every: 0.01 },
] as const;
/** Numbers that are further away are all as young. */
const MAX_DAYS = 4000;

/** Follows from the number of the update, so that it is the same wherever it is told, and newer ones are younger. */
export function releasedOn(version: string): string {
  const number = Number.parseInt(version, 10) || 0;
  const { from, day, every } = ORIGINS.findLast((origin) => number >= origin.from) ?? ORIGINS[0];
  const base = from === 0 ? 5000 : from === 100_000 ? 800_000 : from;
  const passed = Math.min(MAX_DAYS, Math.max(0, Math.floor((number - base) * every)));
  return `${dateTime(later(day, days(passed))).slice(0, 10)} 00:00:00 UTC`;
}

/** The update an order names: `latest` or nothing, a version, or a version within the name of a file. `undefined`: it is not offered. */
export function wantedUpdate(offered: readonly string[], command: Command): string | undefined {
  const named =
    argument(command, "file") ??
    argument(command, "version") ??
    (descend(command.last, "latest") === undefined ? undefined : "latest");
  if (named === undefined || named === "" || named === "latest") return offered.at(-1);
  return offered.find((version) => named === version || named.includes(version));
}
