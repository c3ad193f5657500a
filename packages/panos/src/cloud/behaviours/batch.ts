import { injectedFate } from "../../node/jobs/injected-fate.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import type { Behavior } from "../../node/node.ts";
import { withCheck } from "../../node/software/software-list.ts";
import { UPDATES } from "../../node/software/update-words.ts";
import { longer } from "../../node/timing.ts";
import { CODES, enqueued, refused, result } from "../../wire/api/answer.ts";
import { argument, type Command } from "../../wire/api/command.ts";
import { attribute, child, elementsOf, textOf } from "../../wire/xml/tree.ts";
import { deploy } from "../batch/deploy.ts";
import { type Offer, SOFTWARE, updateOffer } from "../batch/offers.ts";
import type { RunningPanorama } from "../running-panorama.ts";

type BatchBehavior = Behavior<RunningPanorama>;

const NOT_AVAILABLE = refused(CODES.invalidCommand, "Image is not available");
const UNREACHABLE = refused(
  CODES.invalidCommand,
  "Failed to check upgrade info due to Unknown error. Please check network connectivity and try again.",
);

const lists = (offer: Offer, word: "info" | "check"): BatchBehavior => ({
  on: `request.batch.${offer.word}.${word}`,
  handle: async (panorama) => {
    if (word === "info") return result(offer.list(panorama));
    if (panorama.strike("check")?.error !== undefined) return UNREACHABLE;
    const what = `batch ${offer.word}`;
    await panorama.change((state, now) => ({ state: withCheck(state, what, now), result: undefined }));
    return result(offer.list(panorama));
  },
});

const downloads = (offer: Offer): BatchBehavior => ({
  on: `request.batch.${offer.word}.download`,
  handle: (panorama, command, caller) => {
    const version = offer.wanted(panorama, command);
    if (version === undefined) return NOT_AVAILABLE;
    return panorama.change((state, now) => {
      const fault = panorama.strike(offer.fault);
      const job = {
        type: "Downld",
        task: offer.fetchTask(version),
        user: caller.admin,
        length: longer(panorama.draw(panorama.settings.timing[offer.duration]), fault?.delay),
        fate: injectedFate(fault?.error, 0.6, (error) => ["Failed to download file", error]),
      } as const;
      const queued = enqueue(state, job, now);
      return { state: queued.node, result: enqueued(queued.id, `Download job enqueued with jobid ${queued.id}`) };
    });
  },
});

/** Serials as entries, members, or one text with commas between them; each once. */
function devicesOf(command: Command): readonly string[] {
  const devices = child(command.last, "devices");
  if (devices === undefined) return [];
  const named = elementsOf(devices).map((element) => attribute(element, "name") ?? textOf(element).trim());
  const serials =
    named.length > 0
      ? named
      : textOf(devices)
          .split(",")
          .map((serial) => serial.trim());
  return [...new Set(serials.filter((serial) => serial !== ""))];
}

/** Hands what was fetched to firewalls and has them install it. */
const installs = (offer: Offer): BatchBehavior => ({
  on: `request.batch.${offer.word}.upload-install`,
  handle: async (panorama, command, caller) => {
    const version = offer.wanted(panorama, command);
    const serials = devicesOf(command);
    if (version === undefined) return NOT_AVAILABLE;
    if (!offer.isFetched(panorama, version)) return refused(CODES.notFound, `Image ${version} has not been downloaded`);
    if (serials.length === 0)
      return refused(
        CODES.invalidCommand,
        ` request -> batch -> ${offer.word} -> upload-install -> devices  is missing`,
      );
    const uploadOnly = argument(command, "uploadonly") === "yes" || argument(command, "upload-only") === "yes";
    const id = await deploy(panorama, { offer, version, serials, uploadOnly }, caller);
    return enqueued(id, `Job enqueued with jobid ${id}`);
  },
});

export const batchBehaviors: readonly BatchBehavior[] = [SOFTWARE, ...UPDATES.map(updateOffer)].flatMap((offer) => [
  lists(offer, "info"),
  lists(offer, "check"),
  downloads(offer),
  installs(offer),
]);
