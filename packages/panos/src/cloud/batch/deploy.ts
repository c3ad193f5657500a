import { messageOf } from "@understudy/kernel";
import type { PushTarget } from "../../node/jobs/job.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import type { Caller } from "../../node/node.ts";
import type { ApiCall } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import { deepText } from "../../wire/xml/tree.ts";
import type { RunningPanorama } from "../running-panorama.ts";
import type { Offer } from "./offers.ts";

/** What is to reach which firewalls. */
export interface Deployment {
  readonly offer: Offer;
  readonly version: string;
  readonly serials: readonly string[];
  /** It is uploaded, and nothing is installed. */
  readonly uploadOnly: boolean;
}

/**
 * Starts a job that hands something to firewalls and has them install it. The job tells of each firewall, and ends when the
 * last of them has ended its own installation. Resolves to the number of the job.
 */
export async function deploy(panorama: RunningPanorama, deployment: Deployment, caller: Caller): Promise<number> {
  const started = await panorama.change((state, now) => {
    const order = `${panorama.profile.serial}-${state.reboots}-${state.lastJob + 1}`;
    const targets = deployment.serials.map(
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
  for (const serial of deployment.serials)
    void carry(panorama, deployment, serial, { ...caller, order: started.order });
  return started.id;
}

/** Nobody waits for this: what becomes of it is told by the job. */
async function carry(
  panorama: RunningPanorama,
  deployment: Deployment,
  serial: string,
  caller: Caller & { readonly order: string },
): Promise<void> {
  try {
    const ended = await uploadAndInstall(panorama, deployment, serial, caller);
    if (ended !== undefined) await panorama.pushEnded(serial, { order: caller.order, ...ended });
  } catch (error) {
    panorama.world.log.error("a firewall was not provided", { serial, error: messageOf(error) });
  }
}

interface Ended {
  readonly result: "OK" | "FAIL";
  readonly lines: readonly string[];
}

/** `undefined`: the firewall installs, and will tell itself. */
async function uploadAndInstall(
  panorama: RunningPanorama,
  { offer, version, uploadOnly }: Deployment,
  serial: string,
  caller: Caller,
): Promise<Ended | undefined> {
  const ask = async (call: Omit<ApiCall, "credentials">): Promise<string | undefined> => {
    const { text = "" } = await panorama.sessions.call(serial, { ...call, credentials: { kind: "none" } }, caller);
    return text.startsWith('<response status="success"') ? undefined : plainText(text);
  };
  const model = panorama.registry.row(serial)?.model ?? "";
  const file = { name: offer.fileFor(model, version), content: new Uint8Array(0) };
  const notUploaded = await ask({ parameters: { type: "import", category: offer.category }, file });
  if (notUploaded !== undefined) return { result: "FAIL", lines: [notUploaded] };
  if (uploadOnly) return { result: "OK", lines: [] };
  const notStarted = await ask({ parameters: { type: "op", cmd: offer.installation(version).markup } });
  return notStarted === undefined ? undefined : { result: "FAIL", lines: [notStarted] };
}

function plainText(text: string): string {
  const reading = readXml(text);
  return reading.ok ? deepText(reading.root).trim() : "the firewall did not answer";
}
