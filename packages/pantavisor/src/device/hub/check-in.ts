import { milliseconds, type UnderstudyError } from "@understudy/kernel";
import type { Core, Identity } from "../core.ts";
import { noticeInvitation, runInvitation } from "../invitation/run-invitation.ts";
import { pushLogs } from "../logs/push-logs.ts";
import { pullUserMetadata } from "../metadata/pull-user-metadata.ts";
import { pushDeviceMetadata } from "../metadata/push-device-metadata.ts";
import { isRemote } from "../mode.ts";
import { findStep } from "../update/find-step.ts";
import { UPDATE_WAKE } from "../update/run-update.ts";
import { heedTheCloud } from "../update/withdraw.ts";
import { jittered } from "./backoff.ts";
import { pollClaim } from "./claim.ts";
import { logIn } from "./exchange.ts";
import { delayAfter, recovered } from "./failures.ts";
import { proveOwnership } from "./ownership.ts";
import { register } from "./register.ts";
import { isTrouble } from "./trouble.ts";

/** Name of the wake-up for whatever is due with the hub. */
export const CHECK_IN_WAKE = "check-in";

/** What is due within this share of its interval is done along, so that equal intervals stay one episode. */
const ALONG = 0.25;

/** One episode with the hub: everything that is due, then the wake-up for the next. Never throws for what trying again may mend. */
export async function checkIn(core: Core): Promise<void> {
  try {
    await doWhatIsDue(core);
    core.say("Waiting for next cycle...");
    if (core.failures > 0 || core.state["online"] === false) recovered(core);
    core.world.clock.wake(milliseconds(Math.max(0, nextDue(core) - core.uptime)), { name: CHECK_IN_WAKE });
  } catch (error) {
    if (!isTrouble(error)) throw error;
    postponeAll(core, error);
  }
}

function postponeAll(core: Core, error: UnderstudyError): void {
  core.world.clock.wake(delayAfter(core, error), { name: CHECK_IN_WAKE });
}

async function doWhatIsDue(core: Core): Promise<void> {
  if (core.identity === undefined) await register(core);
  const { identity } = core;
  if (identity === undefined) return;
  if (core.authorization === undefined) await logIn(core);
  if (core.ownership === "open") await proveOwnership(core, identity);
  if (!core.claimed) {
    await pollClaim(core, identity);
    if (!core.claimed) return postponeClaim(core);
  }
  await exchangeWhatIsDue(core, identity);
}

function postponeClaim(core: Core): void {
  const next = core.uptime + jittered(core.intervals.steps, core.world.random.stream("interval").next());
  core.agenda.steps = next;
  core.agenda.userMetadata = next;
  core.agenda.deviceMetadata = next;
}

async function exchangeWhatIsDue(core: Core, identity: Identity): Promise<void> {
  const { agenda, intervals, uptime: now } = core;
  const chance = core.world.random.stream("interval").next();
  if (isDue(agenda.steps, now, intervals.steps)) {
    await lookForSteps(core, identity);
    agenda.steps = now + jittered(intervals.steps, chance);
  }
  if (isDue(agenda.deviceMetadata, now, intervals.deviceMetadata)) {
    await pushDeviceMetadata(core, identity);
    agenda.deviceMetadata = now + jittered(intervals.deviceMetadata, chance);
  }
  if (isDue(agenda.userMetadata, now, intervals.userMetadata)) {
    agenda.userMetadata = now + jittered(intervals.userMetadata, chance);
    const news = await pullUserMetadata(core, identity);
    if (news !== undefined) noticeInvitation(core, news);
    if (core.invite !== undefined || core.asked !== undefined) await nextInvitationCycle(core);
  }
  if (core.log !== undefined && isDue(agenda.logs, now, 0)) {
    await core.writeLog();
    await pushLogs(core);
    agenda.logs = now + jittered(intervals.logs, chance);
  }
}

async function nextInvitationCycle(core: Core): Promise<void> {
  core.putOff = undefined;
  await runInvitation(core);
}

async function lookForSteps(core: Core, identity: Identity): Promise<void> {
  const { update, untold } = core.info;
  if (untold !== undefined) wakeUpdate(core);
  else if (update === undefined) {
    if (isRemote(core) && (await findStep(core, identity))) wakeUpdate(core);
  } else {
    await heedTheCloud(core, identity, update);
    if (core.info.update !== undefined) wakeUpdate(core);
  }
}

/** An update that already has its own wake-up keeps it. */
function wakeUpdate(core: Core): void {
  const { clock } = core.world;
  if (clock.dueOf(UPDATE_WAKE) === undefined) clock.wake(milliseconds(0), { name: UPDATE_WAKE });
}

const isDue = (at: number, now: number, interval: number): boolean => at <= now + interval * ALONG;

function nextDue({ agenda, log }: Core): number {
  const next = Math.min(agenda.steps, agenda.userMetadata, agenda.deviceMetadata);
  return log === undefined ? next : Math.min(next, agenda.logs);
}
