import { UsageError } from "../../errors/understudy-error.ts";
import { type Duration, milliseconds } from "../../time/units.ts";

/** How good or bad a stand-in's line to the rest of the network is. Local (Unix) sockets are not on the line. */
export interface LinkConditions {
  /** One way; an exchange takes it twice, a frame once. */
  readonly latency: Duration;
  /** Up to so much is added to each way, evenly distributed. Frames never overtake each other. */
  readonly jitter: Duration;
  /** Bytes per second from the stand-in; all that it sends at the same time shares them. Only bodies and frames are counted. */
  readonly upBytesPerSecond: number;
  /** Bytes per second to the stand-in. */
  readonly downBytesPerSecond: number;
  /** Probability that an exchange or a frame is lost. Half of the lost exchanges lose the request, half the reply; the caller's timeout ends them. */
  readonly loss: number;
  /** Probability that an exchange is reset, half of them after the server has acted. */
  readonly reset: number;
  /** Probability that a request is carried out but its reply never comes. */
  readonly hang: number;
  /** Probability that a reply is cut off at a random place of its body. */
  readonly truncation: number;
  /** Probability that something on the way answers a request of the stand-in with `serverErrorStatus`; the server never sees it. */
  readonly serverErrors: number;
  readonly serverErrorStatus: number;
  /** Nothing passes: exchanges run into their timeouts, dials fail with `unreachable`, open channels close at both ends with reason `partition`. */
  readonly partition: boolean;
}

/** A perfect line. */
export const PERFECT_LINK: LinkConditions = Object.freeze({
  latency: milliseconds(0),
  jitter: milliseconds(0),
  upBytesPerSecond: Number.POSITIVE_INFINITY,
  downBytesPerSecond: Number.POSITIVE_INFINITY,
  loss: 0,
  reset: 0,
  hang: 0,
  truncation: 0,
  serverErrors: 0,
  serverErrorStatus: 503,
  partition: false,
});

const PROBABILITIES = ["loss", "reset", "hang", "truncation", "serverErrors"] as const;

/** Conditions over {@link PERFECT_LINK}; `undefined` when nothing differs from it. Throws `UsageError` for values out of range. */
export function linkConditions(parts: Partial<LinkConditions>): LinkConditions | undefined {
  const conditions = { ...PERFECT_LINK, ...parts };
  for (const name of PROBABILITIES) {
    const value = conditions[name];
    if (!(value >= 0 && value <= 1))
      throw new UsageError("bad-option", `${name} is a probability from 0 to 1, not ${value}.`, { name, value });
  }
  for (const name of ["latency", "jitter"] as const) {
    const value = conditions[name];
    if (!(value >= 0 && Number.isFinite(value)))
      throw new UsageError("bad-option", `${name} must not be negative or endless, as ${value} is.`, { name, value });
  }
  for (const name of ["upBytesPerSecond", "downBytesPerSecond"] as const) {
    const value = conditions[name];
    if (!(value > 0))
      throw new UsageError(
        "bad-option",
        `${name} must be more than 0, not ${value}; use a partition to let nothing pass.`,
        { name, value },
      );
  }
  const status = conditions.serverErrorStatus;
  if (!(Number.isInteger(status) && status >= 400 && status <= 599)) {
    throw new UsageError("bad-option", `serverErrorStatus must be from 400 to 599, not ${status}.`, {
      name: "serverErrorStatus",
      value: status,
    });
  }
  const { serverErrorStatus: _, ...effects } = conditions;
  const differs = (Object.keys(effects) as (keyof typeof effects)[]).some(
    (name) => effects[name] !== PERFECT_LINK[name],
  );
  return differs ? conditions : undefined;
}
