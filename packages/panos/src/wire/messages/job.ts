import type { Instant } from "@understudy/kernel";
import { dateTime, timeOfDay } from "../time.ts";
import { child, childrenNamed, childText, deepText, elementsOf, type XmlElement } from "../xml/tree.ts";
import { type Markup, NO_MARKUP, xml } from "../xml/write.ts";
import { message } from "./message.ts";

/** A job as `show jobs` tells it. */
export interface ShownJob {
  readonly id: number;
  readonly type: string;
  readonly user: string;
  readonly status: "PEND" | "ACT" | "FIN";
  readonly result: "PEND" | "OK" | "FAIL";
  /** Whole percent; 100 when FIN. */
  readonly progress: number;
  /** As shown: `YYYY/MM/DD HH:MM:SS`. */
  readonly enqueuedAt: string;
  readonly dequeuedAt: string;
  readonly finishedAt: string;
  readonly description: string;
  /** Place in the queue; 0 when it runs or has ended. */
  readonly position: number;
  readonly stoppable: boolean;
  readonly details: readonly string[];
  readonly warnings: readonly string[];
  /** One per firewall of a push from Panorama. */
  readonly devices?: readonly PushedDevice[];
  /** Where the file lies that an export made. */
  readonly resultFile?: string;
}

export interface PushedDevice {
  readonly serial: string;
  readonly hostname: string;
  readonly result: "PEND" | "OK" | "FAIL";
  readonly status: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export const shownInstant = (at: Instant | undefined): string => (at === undefined ? "" : dateTime(at));
export const shownTime = (at: Instant | undefined): string => (at === undefined ? "" : timeOfDay(at));

/** `<name><line>…</line></name>`, or `<name/>` for none. */
const lines = (texts: readonly string[]): Markup => xml`${texts.map((line) => xml`<line>${line}</line>`)}`;
const leaf = (name: string, value: string): Markup => ({
  markup: value === "" ? `<${name}/>` : `<${name}>${xml`${value}`.markup}</${name}>`,
});
const holder = (name: string, texts: readonly string[]): Markup => ({
  markup: texts.length === 0 ? `<${name}/>` : `<${name}>${lines(texts).markup}</${name}>`,
});

export const jobsMessage = message<readonly ShownJob[]>({
  parse: (result) => childrenNamed(result, "job").map(parseJob),
  render: (jobs) => xml`${jobs.map(renderJob)}`,
  describe: (jobs) =>
    jobs.map((job) => `${job.type} ${job.id}: ${job.status} ${job.result} ${job.progress} %`).join(", ") || "no jobs",
});

function renderJob(job: ShownJob): Markup {
  const queued = job.status === "PEND" ? "YES" : "NO";
  return xml`<job>${leaf("tenq", job.enqueuedAt)}${leaf("tdeq", job.dequeuedAt)}<id>${job.id}</id>${leaf("user", job.user)}<type>${job.type}</type><status>${job.status}</status><queued>${queued}</queued><stoppable>${job.stoppable ? "yes" : "no"}</stoppable><result>${job.result}</result>${leaf("tfin", job.finishedAt)}${leaf("description", job.description)}<positionInQ>${job.position}</positionInQ><progress>${job.progress}</progress>${renderDevices(job.devices)}${holder("details", job.details)}${holder("warnings", job.warnings)}${job.resultFile === undefined ? NO_MARKUP : leaf("resultfile", job.resultFile)}</job>`;
}

function renderDevices(devices: readonly PushedDevice[] | undefined): Markup {
  if (devices === undefined) return NO_MARKUP;
  const entries = devices.map(
    (device) =>
      xml`<entry name="${device.hostname}"><serial-no>${device.serial}</serial-no><devicename>${device.hostname}</devicename><vsys>vsys1</vsys><result>${device.result}</result>${leaf("status", device.status)}${leaf("tstart", device.startedAt)}${leaf("tfin", device.finishedAt)}<details><msg>${holder("errors", device.errors)}${holder("warnings", device.warnings)}</msg></details></entry>`,
  );
  return xml`<devices>${entries}</devices>`;
}

function parseJob(job: XmlElement): ShownJob {
  const text = (name: string): string => childText(job, name) ?? "";
  const devices = child(job, "devices");
  return {
    id: Number(text("id")),
    type: text("type"),
    user: text("user"),
    status: oneOf(text("status"), ["PEND", "ACT", "FIN"]),
    result: oneOf(text("result"), ["PEND", "OK", "FAIL"]),
    progress: Number(text("progress")),
    enqueuedAt: text("tenq"),
    dequeuedAt: text("tdeq"),
    finishedAt: text("tfin"),
    description: text("description"),
    position: Number(text("positionInQ")),
    stoppable: text("stoppable") === "yes",
    details: parseLines(child(job, "details")),
    warnings: parseLines(child(job, "warnings")),
    ...(devices === undefined ? {} : { devices: childrenNamed(devices, "entry").map(parseDevice) }),
    ...(child(job, "resultfile") === undefined ? {} : { resultFile: text("resultfile") }),
  };
}

function parseDevice(entry: XmlElement): PushedDevice {
  const text = (name: string): string => childText(entry, name) ?? "";
  const told = child(child(entry, "details") ?? entry, "msg") ?? entry;
  return {
    serial: text("serial-no"),
    hostname: text("devicename"),
    result: oneOf(text("result"), ["PEND", "OK", "FAIL"]),
    status: text("status"),
    startedAt: text("tstart"),
    finishedAt: text("tfin"),
    errors: parseLines(child(told, "errors")),
    warnings: parseLines(child(told, "warnings")),
  };
}

const parseLines = (parent: XmlElement | undefined): readonly string[] =>
  parent === undefined ? [] : elementsOf(parent).map(deepText);

function oneOf<const T extends string>(value: string, allowed: readonly [T, ...T[]]): T {
  return allowed.find((candidate) => candidate === value) ?? allowed[0];
}
