import { argument, type Command } from "../../wire/api/command.ts";
import type { ContentEntry } from "../../wire/messages/content.ts";
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

/** Follows from the number of the update, so that it is the same wherever it is told. */
export const releasedOn = (version: string): string => {
  const number = Number.parseInt(version, 10) || 0;
  const [month, day] = [1 + (Math.floor(number / 28) % 12), 1 + (number % 28)];
  return `2025/${String(month).padStart(2, "0")}/${String(day).padStart(2, "0")} 00:00:00 UTC`;
};

/** The update an order names: `latest` or nothing, a version, or a version within the name of a file. `undefined`: it is not offered. */
export function wantedUpdate(offered: readonly string[], command: Command): string | undefined {
  const named =
    argument(command, "file") ??
    argument(command, "version") ??
    (descend(command.last, "latest") === undefined ? undefined : "latest");
  if (named === undefined || named === "" || named === "latest") return offered.at(-1);
  return offered.find((version) => named === version || named.includes(version));
}
