import type { Instant } from "@understudy/kernel";
import { dateTime } from "../time.ts";
import { leaves, type Markup, xml } from "../xml/write.ts";

/** One update of applications and threats, antivirus signatures or WildFire signatures. */
export interface ContentEntry {
  readonly version: string;
  readonly fileName: string;
  readonly sizeMib: number;
  /** As shown: `2025/01/01 00:00:00 UTC`. */
  readonly releasedOn: string;
  readonly downloaded: boolean;
  readonly current: boolean;
  readonly previous: boolean;
  readonly installing: boolean;
  readonly features: string;
}

const yes = (flag: boolean): string => (flag ? "yes" : "no");

/** Clients go through the entries as a list: send two or more. */
export const renderContent = (entries: readonly ContentEntry[], updatedAt: Instant): Markup =>
  xml`<content-updates last-updated-at="${dateTime(updatedAt)} UTC">${entries.map(
    (entry) =>
      xml`<entry>${leaves({
        version: entry.version,
        "app-version": entry.version,
        filename: entry.fileName,
        size: entry.sizeMib,
        "size-kb": entry.sizeMib * 1024,
        "released-on": entry.releasedOn,
        "release-notes": "",
        downloaded: yes(entry.downloaded),
        current: yes(entry.current),
        previous: yes(entry.previous),
        installing: yes(entry.installing),
        features: entry.features,
        "update-type": "Full",
        "feature-desc": "",
        sha256: "",
      })}</entry>`,
  )}</content-updates>`;
