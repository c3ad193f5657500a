import { table } from "@understudy/kernel";

/** A line of a device's log. `serial` keeps the order of arrival. */
export interface LogRow {
  readonly serial: number;
  readonly id: string;
  /** PRN. */
  readonly dev: string;
  /** PRN of the owner when the line came in. */
  readonly own: string;
  readonly created: number;
  readonly tsec: number;
  readonly tnano: number;
  readonly rev: string;
  readonly plat: string;
  readonly src: string;
  readonly lvl: string;
  readonly msg: string;
}

export const logTable = table<LogRow>(
  "logs",
  {
    serial: "serial",
    id: "text",
    dev: "text",
    own: "text",
    created: "integer",
    tsec: "integer",
    tnano: "integer",
    rev: "text",
    plat: "text",
    src: "text",
    lvl: "text",
    msg: "text",
  },
  {
    key: ["serial"],
    indexes: [
      ["own", "created"],
      ["dev", "created"],
    ],
  },
);
