import type { Instant } from "@understudy/kernel";
import { parseIso } from "@understudy/kernel";
import { dateTime } from "../time.ts";
import { childrenNamed, childText, descend, type XmlElement } from "../xml/tree.ts";
import { xml } from "../xml/write.ts";
import { message } from "./message.ts";

export interface SoftwareEntry {
  readonly version: string;
  readonly fileName: string;
  readonly sizeMib: number;
  /** As shown: `YYYY/MM/DD HH:MM:SS`. */
  readonly releasedOn: string;
  readonly downloaded: "yes" | "no" | "downloading";
  readonly current: boolean;
  readonly latest: boolean;
  readonly uploaded: boolean;
  readonly sha256: string;
}

/** What `request system software info` and `check` tell. Newest first; exactly one entry is `current`, one `latest`. */
export interface SoftwareList {
  readonly updatedAt: Instant;
  readonly entries: readonly SoftwareEntry[];
}

const yes = (flag: boolean): string => (flag ? "yes" : "no");

export const softwareListMessage = message<SoftwareList>({
  parse(result) {
    const updates = descend(result, "sw-updates");
    const versions = descend(updates, "versions");
    if (updates === undefined || versions === undefined) return undefined;
    const shown = updates.attributes.find(([name]) => name === "last-updated-at")?.[1] ?? "";
    const updatedAt = parseIso(`${shown.replaceAll("/", "-")}Z`);
    return updatedAt === undefined
      ? undefined
      : { updatedAt, entries: childrenNamed(versions, "entry").map(parseEntry) };
  },
  render: (list) =>
    xml`<sw-updates last-updated-at="${dateTime(list.updatedAt)}"><msg/><versions>${list.entries.map(renderEntry)}</versions></sw-updates>`,
  describe(list) {
    const running = list.entries.find((entry) => entry.current)?.version ?? "nothing";
    return `software: ${list.entries.length} versions, running ${running}`;
  },
});

const renderEntry = (entry: SoftwareEntry) =>
  xml`<entry><version>${entry.version}</version><filename>${entry.fileName}</filename><size>${entry.sizeMib}</size><size-kb>${entry.sizeMib * 1024}</size-kb><released-on>${entry.releasedOn}</released-on><release-notes>https://updates.example/release-notes/${entry.version}</release-notes><downloaded>${entry.downloaded}</downloaded><current>${yes(entry.current)}</current><latest>${yes(entry.latest)}</latest><uploaded>${yes(entry.uploaded)}</uploaded><sha256>${entry.sha256}</sha256></entry>`;

function parseEntry(entry: XmlElement): SoftwareEntry {
  const text = (name: string): string => childText(entry, name) ?? "";
  const downloaded = text("downloaded");
  return {
    version: text("version"),
    fileName: text("filename"),
    sizeMib: Number(text("size")),
    releasedOn: text("released-on"),
    downloaded: downloaded === "yes" || downloaded === "downloading" ? downloaded : "no",
    current: text("current") === "yes",
    latest: text("latest") === "yes",
    uploaded: text("uploaded") === "yes",
    sha256: text("sha256"),
  };
}
