import { missing } from "../../node/api/answer-call.ts";
import { answerCommit } from "../../node/config/commit-calls.ts";
import type { PushTarget } from "../../node/jobs/job.ts";
import { enqueue } from "../../node/jobs/queue.ts";
import type { Caller } from "../../node/node.ts";
import { type Answer, CODES, enqueued, MALFORMED, refused } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import type { RunningPanorama } from "../running-panorama.ts";
import { type PushPlan, planPush } from "./plan-push.ts";
import { digestOfPush } from "./pushed-config.ts";

/** Answers `type=commit` on Panorama: its own commit, or with `action=all` a push to firewalls. */
export function answerPanoramaCommit(
  panorama: RunningPanorama,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  if (parameter(call.parameters, "action") !== "all") return answerCommit(panorama, call, caller);
  const source = parameter(call.parameters, "cmd");
  if (source === undefined || source === "") return missing("cmd");
  const reading = readXml(source);
  if (!reading.ok) return MALFORMED;
  const order = planPush(panorama.config.running, reading.root);
  return order.kind === "answer" ? order.answer : push(panorama, order.plans, order.description, caller);
}

type Started = { readonly kind: "busy" } | { readonly kind: "started"; readonly id: number; readonly order: string };

/** Firewalls that are not connected fail at once; the others get their part and report. */
async function push(
  panorama: RunningPanorama,
  plans: readonly PushPlan[],
  description: string | undefined,
  caller: Caller,
): Promise<Answer> {
  const started = await panorama.change<Started>((state, now) => {
    if (state.jobs.some((job) => job.end === undefined && job.type === "CommitAll")) {
      return { state, result: { kind: "busy" } };
    }
    const id = state.lastJob + 1;
    const order = `${panorama.profile.serial}-${state.reboots}-${id}`;
    const targets = plans.map(
      ({ serial, policy, template }): PushTarget => ({
        serial,
        hostname: panorama.registry.row(serial)?.hostname ?? serial,
        result: "PEND",
        lines: [],
        startedAt: now,
        digests: {
          ...(policy === undefined ? {} : { policy: digestOfPush(policy) }),
          ...(template === undefined ? {} : { template: digestOfPush(template) }),
        },
      }),
    );
    const job = {
      type: "CommitAll",
      task: { kind: "push", order, targets },
      user: caller.admin,
      length: panorama.draw(panorama.settings.timing.commit),
      fate: { kind: "stuck", percent: 99 },
      ...(description === undefined ? {} : { description }),
    } as const;
    return { state: enqueue(state, job, now).node, result: { kind: "started", id, order } };
  });
  if (started.kind === "busy")
    return refused(CODES.notFound, "Another commit/validate is in progress. Please try again later");
  for (const plan of plans) await deliver(panorama, plan, started.order, caller);
  return enqueued(started.id, `Job enqueued with jobid ${started.id}`);
}

/** No part of what is compared when one asks whether a firewall is in sync. */
const withForce = (template: XmlElement): XmlElement => ({ ...template, attributes: [["force", "yes"]] });

async function deliver(panorama: RunningPanorama, plan: PushPlan, order: string, caller: Caller): Promise<void> {
  const { serial, policy, template, forced } = plan;
  const parts = {
    ...(policy === undefined ? {} : { policy: writeXml(policy).markup }),
    ...(template === undefined ? {} : { template: writeXml(forced === true ? withForce(template) : template).markup }),
  };
  if (panorama.sessions.deliver(serial, { kind: "deliver", order, admin: caller.admin, ...parts })) return;
  await panorama.pushEnded(serial, { order, result: "FAIL", lines: ["device is not connected"] });
}
