import { FIREWALL_DEFAULTS } from "../../node/firewall-profile.ts";
import { type PushTarget, WILL_SUCCEED } from "../../node/jobs/job.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import type { Behavior, Caller } from "../../node/node.ts";
import { imageFile } from "../../node/profile.ts";
import { softwareList } from "../../node/software/software-list.ts";
import { newestFirst } from "../../node/software/version.ts";
import { type Answer, CODES, enqueued, refused, result } from "../../wire/api/answer.ts";
import { argument, type Command } from "../../wire/api/command.ts";
import { softwareListMessage } from "../../wire/messages/software.ts";
import { attribute, child, elementsOf, textOf } from "../../wire/xml/tree.ts";
import { xml } from "../../wire/xml/write.ts";
import type { RunningPanorama } from "../running-panorama.ts";

type BatchBehavior = Behavior<RunningPanorama>;

/** Releases for firewalls that Panorama can fetch and hand on: those its firewalls run, and the usual ones. */
function offered(panorama: RunningPanorama): readonly string[] {
  const running = [...panorama.registry.entries()].flatMap(({ row }) => row.facts?.version ?? row.first_version);
  return newestFirst(new Set([...FIREWALL_DEFAULTS.availableVersions, ...running]));
}

const fetched = (panorama: RunningPanorama): readonly string[] => panorama.state.firewallImages ?? [];

const lists = (word: "info" | "check"): BatchBehavior => ({
  on: `request.batch.software.${word}`,
  handle: (panorama) => {
    const profile = { ...panorama.profile, model: "PA-3220", availableVersions: offered(panorama) };
    const state = {
      ...panorama.state,
      images: fetched(panorama),
      uploaded: [],
      jobs: [],
      version: offered(panorama)[0] ?? "",
    };
    return result(softwareListMessage.render(softwareList(profile, panorama.settings, state, panorama.now())));
  },
});

/** The version an order names, itself or within the name of a file. */
function versionOf(panorama: RunningPanorama, command: Command): string | undefined {
  const named = argument(command, "version") ?? argument(command, "file") ?? "";
  return offered(panorama).find((version) => named === version || named.endsWith(`-${version}`));
}

const NOT_AVAILABLE = refused(CODES.invalidCommand, "Image is not available");

const downloads: BatchBehavior = {
  on: "request.batch.software.download",
  handle: (panorama, command, caller) => {
    const version = versionOf(panorama, command);
    if (version === undefined) return NOT_AVAILABLE;
    return panorama.change((state, now) => {
      const job = {
        type: "Downld",
        task: { kind: "firewall-image", version },
        user: caller.admin,
        length: panorama.draw(panorama.settings.timing.download),
        fate: WILL_SUCCEED,
      } as const;
      const queued = enqueue(state, job, now);
      return { state: queued.node, result: enqueued(queued.id, `Download job enqueued with jobid ${queued.id}`) };
    });
  },
};

/** Serials as entries, members, or one text with commas between them. */
function devicesOf(command: Command): readonly string[] {
  const devices = child(command.last, "devices");
  if (devices === undefined) return [];
  const named = elementsOf(devices).map((element) => attribute(element, "name") ?? textOf(element).trim());
  return named.length > 0
    ? named
    : textOf(devices)
        .split(",")
        .map((serial) => serial.trim())
        .filter((serial) => serial !== "");
}

/** Hands a fetched image to firewalls and has them install it; the job tells of each. */
const installs: BatchBehavior = {
  on: "request.batch.software.upload-install",
  handle: async (panorama, command, caller) => {
    const version = versionOf(panorama, command);
    const serials = devicesOf(command);
    if (version === undefined) return NOT_AVAILABLE;
    if (!fetched(panorama).includes(version))
      return refused(CODES.notFound, `Image ${version} has not been downloaded`);
    if (serials.length === 0)
      return refused(CODES.invalidCommand, " request -> batch -> software -> upload-install -> devices  is missing");
    const started = await panorama.change((state, now) => {
      const order = `${panorama.profile.serial}-${state.reboots}-${state.lastJob + 1}`;
      const targets = serials.map(
        (serial): PushTarget => ({
          serial,
          hostname: panorama.registry.row(serial)?.hostname ?? serial,
          result: "PEND",
          lines: [],
          startedAt: now,
        }),
      );
      const job = {
        type: "Install",
        task: { kind: "push", order, targets },
        user: caller.admin,
        length: panorama.draw(panorama.settings.timing.install),
        fate: { kind: "stuck", percent: 99 },
      } as const;
      const queued = enqueue(state, job, now);
      return { state: queued.node, result: { id: queued.id, order } };
    });
    for (const serial of serials) await uploadAndInstall(panorama, serial, version, started.order, caller);
    return enqueued(started.id, `Job enqueued with jobid ${started.id}`);
  },
};

async function uploadAndInstall(
  panorama: RunningPanorama,
  serial: string,
  version: string,
  order: string,
  caller: Caller,
): Promise<void> {
  const file = {
    name: imageFile(panorama.registry.row(serial)?.model ?? "PA-3220", version),
    content: new Uint8Array(0),
  };
  const cmd =
    xml`<request><system><software><install><version>${version}</version></install></software></system></request>`
      .markup;
  const none = { kind: "none" } as const;
  const uploaded = await panorama.sessions.call(
    serial,
    { parameters: { type: "import", category: "software" }, credentials: none, file },
    caller,
  );
  const last = isSuccess(uploaded.text)
    ? await panorama.sessions.call(serial, { parameters: { type: "op", cmd }, credentials: none }, caller)
    : uploaded;
  const outcome = isSuccess(last.text)
    ? ({ result: "OK", lines: [] } as const)
    : ({ result: "FAIL", lines: [plainText(last.text ?? "")] } as const);
  await panorama.pushEnded(serial, { order, ...outcome });
}

const isSuccess = (text: string | undefined): boolean => text?.startsWith('<response status="success"') === true;
const plainText = (text: string): string => text.replace(/<[^>]*>/g, " ").trim();

/** Content for many firewalls at once: the list alone; firewalls fetch it themselves. */
const tellsContent = (word: "info" | "check"): BatchBehavior => ({
  on: `request.batch.content.${word}`,
  handle: (): Answer => result(xml`<content-updates/>`),
});

export const batchBehaviors: readonly BatchBehavior[] = [
  lists("info"),
  lists("check"),
  downloads,
  installs,
  tellsContent("info"),
  tellsContent("check"),
];
