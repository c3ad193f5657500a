import { FIREWALL_DEFAULTS } from "../../node/firewall-profile.ts";
import type { JobTask, UpdateKind } from "../../node/jobs/job.ts";
import { imageFile } from "../../node/profile.ts";
import { offeredUpdates, onDisk } from "../../node/software/content-jobs.ts";
import { checkedAt, softwareList } from "../../node/software/software-list.ts";
import { listedUpdates, type UpdateWords, wantedUpdate } from "../../node/software/update-words.ts";
import { newestFirst } from "../../node/software/version.ts";
import { argument, type Command } from "../../wire/api/command.ts";
import { renderContent } from "../../wire/messages/content.ts";
import { softwareListMessage } from "../../wire/messages/software.ts";
import type { Markup } from "../../wire/xml/write.ts";
import { xml } from "../../wire/xml/write.ts";
import type { RunningPanorama } from "../running-panorama.ts";

/** Something that Panorama fetches and hands on to firewalls: releases, or one kind of updates. */
export interface Offer {
  /** Word of the command, such as `software`. */
  readonly word: string;
  /** Category of the import at the firewall. */
  readonly category: string;
  readonly list: (panorama: RunningPanorama) => Markup;
  /** The version an order names, itself or within the name of a file; `undefined`: it is not offered. */
  readonly wanted: (panorama: RunningPanorama, command: Command) => string | undefined;
  readonly isFetched: (panorama: RunningPanorama, version: string) => boolean;
  readonly fetchTask: (version: string) => JobTask;
  readonly duration: "download" | "content";
  readonly fault: "download" | "content";
  /** Name of the file for a model of firewall. */
  readonly fileFor: (model: string, version: string) => string;
  /** What tells a firewall to install it. */
  readonly installation: (version: string) => Markup;
}

/** What the firewalls run, with a value for each of those that never told. */
const running = (panorama: RunningPanorama, of: (facts: { version: string; appVersion: string } | null) => string) =>
  [...panorama.registry.entries()].map(({ row }) => of(row.facts)).filter((version) => version !== "");

function releases(panorama: RunningPanorama): readonly string[] {
  const known = [...FIREWALL_DEFAULTS.availableVersions, ...panorama.profile.firewallVersions];
  return newestFirst(new Set([...known, ...running(panorama, (facts) => facts?.version ?? "")]));
}

export const SOFTWARE: Offer = {
  word: "software",
  category: "software",
  list: (panorama) => {
    const availableVersions = releases(panorama);
    const [firstVersion = ""] = availableVersions;
    const profile = { ...panorama.profile, model: FIREWALL_DEFAULTS.model, availableVersions, firstVersion };
    const images = panorama.state.firewallImages ?? [];
    const checked = { software: checkedAt(panorama.state, "batch software") };
    const state = { ...panorama.state, checkedAt: checked, images, uploaded: [], jobs: [], version: firstVersion };
    return softwareListMessage.render(softwareList(profile, panorama.settings, state));
  },
  wanted: (panorama, command) => {
    const named = argument(command, "version") ?? argument(command, "file") ?? "";
    return releases(panorama).find((version) => named === version || named.endsWith(`-${version}`));
  },
  isFetched: (panorama, version) => panorama.state.firewallImages?.includes(version) === true,
  fetchTask: (version) => ({ kind: "firewall-image", version }),
  duration: "download",
  fault: "download",
  fileFor: imageFile,
  installation: (version) =>
    xml`<request><system><software><install><version>${version}</version></install></software></system></request>`,
};

function updates(panorama: RunningPanorama, kind: UpdateKind): readonly string[] {
  const content = [...FIREWALL_DEFAULTS.availableContent, ...panorama.profile.firewallContent];
  const known = {
    ...panorama.profile,
    availableContent: [...content, ...running(panorama, (facts) => facts?.appVersion ?? "")],
  };
  return offeredUpdates(known, panorama.state, kind);
}

/** The offer of one kind of updates. */
export function updateOffer(words: UpdateWords): Offer {
  const { kind, word, file } = words;
  const isFetched = (panorama: RunningPanorama, version: string): boolean =>
    panorama.state.firewallUpdates?.includes(onDisk(kind, version)) === true;
  return {
    word,
    category: word,
    list: (panorama) => {
      const entries = listedUpdates(words, updates(panorama, kind), (version) => ({
        downloaded: isFetched(panorama, version),
        current: false,
        previous: false,
        installing: false,
      }));
      return renderContent(entries, checkedAt(panorama.state, `batch ${word}`));
    },
    wanted: (panorama, command) => wantedUpdate(updates(panorama, kind), command),
    isFetched,
    fetchTask: (version) => ({ kind: "firewall-update", update: kind, version }),
    duration: "content",
    fault: "content",
    fileFor: (_, version) => `${file}-${version}`,
    installation: (version) => ({
      markup: `<request><${word}><upgrade><install><version>${version}</version></install></upgrade></${word}></request>`,
    }),
  };
}
