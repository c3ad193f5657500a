import { type Duration, type RandomStream, seconds } from "@understudy/kernel";

/** How long something takes: drawn evenly between both ends for each use; equal ends mean no draw. */
export interface Span {
  readonly from: Duration;
  readonly to: Duration;
}

/** How long a node takes for what it does. */
export interface Timing {
  readonly download: Span;
  readonly install: Span;
  /** From the moment a node goes down until its listeners open again. */
  readonly reboot: Span;
  readonly commit: Span;
  /** Download and installation of content or antivirus updates, each. */
  readonly content: Span;
  /** From boot until `chassis-ready`. */
  readonly autocommit: Span;
  /** From readiness after boot until the HA role is taken. */
  readonly haTransition: Span;
  /** From a restart command until the node goes down. */
  readonly shutdownDelay: Span;
  /** From boot until a firewall dials Panorama. */
  readonly reconnectDelay: Span;
  /** For how long a better-placed passive node waits before it preempts. */
  readonly preemptHold: Span;
  /** From the end of a monitored failure until the member returns into service. */
  readonly monitorFailHold: Span;
  /** For how long a member of an active/active pair that comes back is tentative. */
  readonly tentativeHold: Span;
  /** From when a firewall does its routing until the session with a BGP peer is established. */
  readonly bgp: Span;
}

const exactly = (s: number): Span => ({ from: seconds(s), to: seconds(s) });
const range = (from: number, to: number): Span => ({ from: seconds(from), to: seconds(to) });

/** For tests. The default. */
const fast: Timing = Object.freeze({
  download: exactly(10),
  install: exactly(5),
  reboot: exactly(15),
  commit: exactly(2),
  content: exactly(2),
  autocommit: exactly(2),
  haTransition: exactly(1),
  shutdownDelay: exactly(0.5),
  reconnectDelay: exactly(0),
  preemptHold: exactly(10),
  monitorFailHold: exactly(2),
  tentativeHold: exactly(3),
  bgp: exactly(2),
});

/** For demonstrations and training. */
const realistic: Timing = Object.freeze({
  download: range(60, 120),
  install: range(30, 60),
  reboot: range(90, 180),
  commit: range(20, 60),
  content: range(20, 60),
  autocommit: range(60, 120),
  haTransition: range(30, 90),
  shutdownDelay: range(5, 15),
  reconnectDelay: range(5, 20),
  preemptHold: exactly(60),
  monitorFailHold: exactly(60),
  tentativeHold: exactly(60),
  bgp: range(10, 40),
});

/** As long as real devices take. */
const production: Timing = Object.freeze({
  download: exactly(600),
  install: exactly(300),
  reboot: exactly(600),
  commit: range(20, 120),
  content: range(60, 180),
  autocommit: range(60, 300),
  haTransition: range(30, 90),
  shutdownDelay: range(20, 60),
  reconnectDelay: range(10, 60),
  preemptHold: exactly(60),
  monitorFailHold: exactly(60),
  tentativeHold: exactly(60),
  bgp: range(15, 90),
});

export const TIMINGS = { fast, realistic, production } as const;
export type TimingName = keyof typeof TIMINGS;

/** Draws a length. Exact spans draw nothing from the stream. */
export function draw(span: Span, stream: () => RandomStream): Duration {
  if (span.from === span.to) return span.from;
  return Math.round(span.from + stream().next() * (span.to - span.from)) as Duration; // between two durations
}

/** A length with what a fault adds to it. */
export const longer = (length: Duration, delay: Duration | undefined): Duration => (length + (delay ?? 0)) as Duration; // a sum of durations
